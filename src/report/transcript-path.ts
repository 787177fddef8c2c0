// What a path of middleboxes made of the words: follows each line of the client and each reply of the server through the
// layers of a trace and says from which one it came. Used by transcript-telling.ts, only where a trace has such layers.
//
//   client: wire ──► after:pix-fixup ──► plain        a unit is a line
//   server: plain ──► after:pix-fixup ──► wire        a unit is a reply, all of its lines
//
// Boxes keep order and change little, so a unit belongs to the first waiting one that equals it, else to the next one if
// that resembles it; one that resembles nothing was put in. Inside TLS the wire is ciphertext: nothing is compared.

import type { ReceivedEvent, ReplyEvent, SentEvent } from '../wire/trace-event';

export interface Unit {
  /** latin1, line ends included. */
  readonly text: string;
  /** When it was complete in its layer, and where it stood. */
  readonly at: number;
  readonly offset: number;
  /** What it was one layer before; null at the speaker's end, and for what a box put in. */
  readonly from: Unit | null;
  /** The box it came out of; null at the speaker's end. */
  readonly box: string | null;
  /** Units of the layer before that should have come first and never did. */
  readonly lost: readonly Unit[];
}

/** Octets that went into the path and never came out. */
export interface Leftover {
  readonly side: 'client' | 'server';
  readonly box: string;
  readonly octets: string;
}

/** How far ahead an equal unit is looked for. */
const LOOK_AHEAD = 50;

/** One layer in one direction. */
class Strand {
  readonly box: string | null;
  readonly previous: Strand | null;
  /** Complete units that have not been seen in the next layer; none where there is no next one. */
  readonly waiting: Unit[] = [];
  partial = '';
  private offset = 0;
  private readonly isLast: boolean;
  private readonly complete: RegExp;

  constructor(box: string | null, previous: Strand | null, isLast: boolean, complete: RegExp) {
    this.box = box;
    this.previous = previous;
    this.isLast = isLast;
    this.complete = complete;
  }

  feed(octets: string, at: number): Unit[] {
    this.partial += octets;
    const units: Unit[] = [];
    for (let found = this.complete.exec(this.partial); found !== null; found = this.complete.exec(this.partial)) {
      const text = found[0];
      this.partial = this.partial.slice(text.length);
      units.push(this.unit(text, at));
      this.offset += text.length;
    }
    if (!this.isLast) this.waiting.push(...units);
    return units;
  }

  private unit(text: string, at: number): Unit {
    const place = { text, at, offset: this.offset };
    if (this.previous === null) return { ...place, from: null, box: null, lost: [] };
    const { source, lost } = this.previous.give(text);
    // The far end is the last box's output once more, not a stage of its own.
    if (this.previous.box !== null && this.box === null) {
      const { from, box, lost: before } = source ?? { from: null, box: this.previous.box, lost: [] };
      return { ...place, from, box, lost: [...before, ...lost] };
    }
    return { ...place, from: source, box: this.box ?? 'the path', lost };
  }

  private give(text: string): { source: Unit | null; lost: readonly Unit[] } {
    const equal = this.waiting.slice(0, LOOK_AHEAD).findIndex((unit) => unit.text === text);
    if (equal >= 0) {
      const lost = this.waiting.splice(0, equal);
      return { source: this.waiting.shift() ?? null, lost };
    }
    const next = this.waiting[0];
    if (next === undefined || !resembles(next.text, text)) return { source: null, lost: [] };
    return { source: this.waiting.shift() ?? null, lost: [] };
  }
}

/** Overwritten in place, or one of verb (code) and the rest left. */
function resembles(one: string, other: string): boolean {
  const behindVerb = (text: string): string => text.replace(/^\S*/, '').trim();
  return (
    one.length === other.length ||
    one.slice(0, 4).toUpperCase() === other.slice(0, 4).toUpperCase() ||
    (behindVerb(one) !== '' && behindVerb(one) === behindVerb(other))
  );
}

/** The layers of one direction, the speaker's end first. */
class Direction {
  readonly strands = new Map<string, Strand>();
  on = true;
  private readonly far: string;
  private readonly complete: RegExp;

  constructor(near: string, far: string, complete: RegExp) {
    this.far = far;
    this.complete = complete;
    // There from the start: what comes out of a box before anything was said was put in.
    this.strands.set(near, new Strand(null, null, false, complete));
  }

  feed(layer: string, octets: Buffer | string | undefined, at: number): Unit[] {
    if (!this.on) return [];
    // Octets that were not kept can't be compared, and nothing behind them can be lined up.
    if (octets === undefined) {
      this.stop();
      return [];
    }
    return this.strand(layer).feed(typeof octets === 'string' ? octets : octets.toString('latin1'), at);
  }

  private strand(layer: string): Strand {
    const known = this.strands.get(layer);
    if (known !== undefined) return known;
    const previous = [...this.strands.values()].at(-1) ?? null;
    const box = layer.startsWith('after:') ? layer.slice('after:'.length) : null;
    const strand = new Strand(box, previous, layer === this.far, this.complete);
    this.strands.set(layer, strand);
    return strand;
  }

  get isEmpty(): boolean {
    const ends = [...this.strands].filter(([layer]) => layer !== this.far);
    return ends.every(([, strand]) => strand.waiting.length === 0 && strand.partial === '');
  }

  stop(): void {
    this.on = false;
    this.strands.clear();
  }

  leftovers(side: Leftover['side']): Leftover[] {
    const strands = [...this.strands];
    return strands.flatMap(([layer, strand], index) => {
      if (layer === this.far) return [];
      const next = strands[index + 1]?.[1];
      const rest = next?.partial === strand.partial ? '' : strand.partial;
      const octets = strand.waiting.map((unit) => unit.text).join('') + rest;
      return octets === '' ? [] : [{ side, box: next?.box ?? 'the path', octets }];
    });
  }
}

export class PathWatch {
  /** Null while it is not known whether anything lies on the path. */
  private path: boolean | null = null;
  private readonly client = new Direction('wire', 'plain', /^[^\n]*\n/);
  private readonly server = new Direction('plain', 'wire', /^(?:\d{3}-[^\n]*\n)*(?!\d{3}-)[^\n]*\n/);
  private untaken: Unit[] = [];
  private securing = false;

  received({ layer, octets, at }: ReceivedEvent): void {
    if (this.path === null) this.learn(layer !== 'plain');
    if (this.path !== true) return;
    const units = this.client.feed(layer, octets, at);
    if (layer === 'plain') this.untaken.push(...units);
  }

  /** What the server says, as it went into the path. */
  said({ octets, at }: ReplyEvent): void {
    if (this.path !== false) this.server.feed('plain', octets, at);
  }

  /** @returns the replies that have reached the client with this */
  sent({ layer, octets, at }: SentEvent): readonly Unit[] {
    if (layer === 'plain') return [];
    if (this.path === null) this.learn(true);
    if (this.path !== true) return [];
    const units = this.server.feed(layer, octets, at);
    if (this.securing && this.server.isEmpty) this.server.stop();
    return layer === 'wire' ? units : [];
  }

  private learn(path: boolean): void {
    this.path = path;
    if (path) return;
    this.client.stop();
    this.server.stop();
  }

  /** The lines that the server took as one command or as mail data. */
  taken(offset: number, length: number): readonly Unit[] {
    if (this.path !== true) return [];
    const end = this.untaken.findIndex((unit) => unit.offset >= offset + length);
    const units = this.untaken.splice(0, end === -1 ? this.untaken.length : end);
    return units.filter((unit) => unit.offset >= offset);
  }

  /** From here on the wire is ciphertext; the reply before it may still be on its way. */
  secure(): void {
    this.securing = true;
    this.client.stop();
    if (this.server.isEmpty) this.server.stop();
  }

  /** What never came out, now that nothing more will. */
  leftovers(): readonly Leftover[] {
    return this.path === true ? [...this.client.leftovers('client'), ...this.server.leftovers('server')] : [];
  }
}
