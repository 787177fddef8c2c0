// What a box that reads text knows of the dialogue: where lines end, which octets are content, what a reply answers.
//
//   client   EHLO a CRLF │ DATA CRLF │ text CRLF │ . CRLF      │ 16 03 01 …
//            command     │ command   │ content   │ end-of-data │ opaque
//   server   220 x CRLF  │ 250-a CRLF, 250 b CRLF             │ 354 go CRLF
//            reply-line  │ reply-line ×2, answers "EHLO"      │ reply-line: content from here on
//
// Used by text-box.ts, aim.ts and swap-order.ts. Octets go in in any pieces; the units that come out never depend on
// the pieces. It pairs replies with commands in order and believes the server: what it misreads, a real box misreads too.
// Not here: what to do with a unit. From a TLS ClientHello behind the 220 to STARTTLS on, everything is opaque.

import type { Side } from './middlebox';
import type { BothSides } from './passing';
import { withSide } from './passing';

const CR = 13;
const LF = 10;
const DOT = 46;
/** First octet of a TLS record that carries a handshake (RFC 8446 5.1). */
const TLS_HANDSHAKE = 0x16;
/** Octets of one line that are held back; a longer line goes on unread, so that no peer can fill the memory. */
const LINE_LIMIT = 16_384;
/** Unanswered commands that are remembered; behind more of them replies are no longer paired rightly. */
const OUTSTANDING_LIMIT = 1000;
const NONE = Buffer.alloc(0);

/** One line of a reply of the server. */
export interface ReplyLine {
  readonly kind: 'reply-line';
  /** Null when the line does not begin with three digits. */
  readonly code: number | null;
  /** Position in its reply, from 0. */
  readonly index: number;
  readonly last: boolean;
  /** Verb of the command it answers, `greeting`, `.` for the end of data, or null when nothing was asked. */
  readonly answers: string | null;
  readonly octets: Buffer;
}

/** A whole that a box can decide on. All octets of a direction are in exactly one unit, in order. */
export type Unit =
  /** One line in command mode; `verb` in capitals. */
  | { readonly kind: 'command'; readonly verb: string; readonly octets: Buffer }
  /** The client's answer to a 334. */
  | { readonly kind: 'sasl'; readonly octets: Buffer }
  /** Mail data as it came. The last `tail` octets may be the beginning of the terminator, cut by the end of the piece. */
  | { readonly kind: 'content'; readonly octets: Buffer; readonly tail: number }
  /** `.` CRLF, or the part of it that came in this piece. */
  | { readonly kind: 'end-of-data'; readonly octets: Buffer }
  /** Octets of a BDAT chunk; `endsData`: with them the chunk marked LAST is complete. */
  | { readonly kind: 'chunk'; readonly octets: Buffer; readonly endsData: boolean }
  | ReplyLine
  /** The rest of a line beyond the limit. */
  | { readonly kind: 'overlong'; readonly octets: Buffer }
  | { readonly kind: 'opaque'; readonly octets: Buffer };

/** Where in a content line the octets stand; the end of data is CRLF `.` CRLF and nothing else (RFC 5321 4.1.1.4). */
type Column = 'start' | 'dot' | 'dot-cr' | 'text' | 'cr';

export interface Watch {
  readonly reading: 'commands' | 'sasl' | 'content' | 'chunk' | 'opaque';
  /** Octets of a line that has no end yet. */
  readonly held: BothSides<Buffer>;
  readonly overlong: BothSides<boolean>;
  readonly column: Column;
  readonly chunkLeft: number;
  readonly chunkIsLast: boolean;
  /** What the server still owes a reply to, oldest first. */
  readonly outstanding: readonly string[];
  readonly replyLines: number;
  /** STARTTLS was answered 220: a handshake may begin at any line start. */
  readonly tlsAccepted: boolean;
}

export interface Cut {
  readonly watch: Watch;
  /** Null when the octets do not complete anything yet. */
  readonly unit: Unit | null;
  /** How many of the given octets went into the unit, or are held. */
  readonly used: number;
}

/** A dialogue before its greeting. */
export const WATCH_START: Watch = {
  reading: 'commands',
  held: { client: NONE, server: NONE },
  overlong: { client: false, server: false },
  column: 'start',
  chunkLeft: 0,
  chunkIsLast: false,
  outstanding: ['greeting'],
  replyLines: 0,
  tlsAccepted: false,
};

/**
 * Cuts the next unit off the octets of one side. Called again with the rest until nothing is left.
 * @param octets what came and was not yet used; at least one octet
 */
export function nextUnit(watch: Watch, side: Side, octets: Buffer): Cut {
  if (watch.reading === 'opaque' || beginsTls(watch, side, octets)) {
    const whole = Buffer.concat([watch.held[side], octets]);
    return {
      watch: { ...release(watch, side), reading: 'opaque' },
      unit: { kind: 'opaque', octets: whole },
      used: octets.length,
    };
  }
  if (side === 'client' && watch.reading === 'content') return cutContent(watch, octets);
  if (side === 'client' && watch.reading === 'chunk') return cutChunk(watch, octets);
  return cutLine(watch, side, octets);
}

/**
 * Takes what is held as a last unit, because the side ends.
 * @returns unit null when nothing is held
 */
export function lastUnit(watch: Watch, side: Side): Cut {
  const held = watch.held[side];
  const released = release(watch, side);
  if (held.length === 0) return { watch, unit: null, used: 0 };
  if (watch.reading === 'opaque') return { watch: released, unit: { kind: 'opaque', octets: held }, used: 0 };
  if (side === 'client' && watch.reading === 'content') {
    return { watch: released, unit: { kind: 'content', octets: held, tail: 0 }, used: 0 };
  }
  return { ...takeLine(released, side, held), used: 0 };
}

/**
 * For a box that changed the command just cut: what the server will see in its place.
 * @param verb the verb it became; null when it is not passed on and no reply is due
 */
export function recast(watch: Watch, verb: string | null): Watch {
  const before = watch.outstanding.slice(0, -1);
  return { ...watch, reading: 'commands', outstanding: verb === null ? before : [...before, verb] };
}

/** For a box that lost the terminator just cut: the server is still reading content, at the start of a line. */
export function stillInContent(watch: Watch): Watch {
  return { ...watch, reading: 'content', column: 'start', outstanding: watch.outstanding.slice(0, -1) };
}

function beginsTls(watch: Watch, side: Side, octets: Buffer): boolean {
  return (
    side === 'client' &&
    watch.tlsAccepted &&
    watch.reading === 'commands' &&
    watch.held.client.length === 0 &&
    !watch.overlong.client &&
    octets[0] === TLS_HANDSHAKE
  );
}

function release(watch: Watch, side: Side): Watch {
  return watch.held[side].length === 0 ? watch : { ...watch, held: withSide(watch.held, side, NONE) };
}

function cutLine(watch: Watch, side: Side, octets: Buffer): Cut {
  const end = octets.indexOf(LF) + 1;
  const wanted = end === 0 ? octets.length : end;
  if (watch.overlong[side]) {
    const overlong = withSide(watch.overlong, side, end === 0);
    return {
      watch: { ...watch, overlong },
      unit: { kind: 'overlong', octets: octets.subarray(0, wanted) },
      used: wanted,
    };
  }
  const held = watch.held[side];
  const used = Math.min(wanted, LINE_LIMIT - held.length);
  const line = Buffer.concat([held, octets.subarray(0, used)]);
  if (used < wanted) {
    const overlong = withSide(watch.overlong, side, true);
    return { ...takeLine({ ...release(watch, side), overlong }, side, line), used };
  }
  if (end === 0) return { watch: { ...watch, held: withSide(watch.held, side, line) }, unit: null, used };
  return { ...takeLine(release(watch, side), side, line), used };
}

function takeLine(watch: Watch, side: Side, line: Buffer): Omit<Cut, 'used'> {
  if (side === 'server') return takeReplyLine(watch, line);
  if (watch.reading === 'sasl') {
    return {
      watch: { ...watch, reading: 'commands', outstanding: [...watch.outstanding, 'AUTH'] },
      unit: { kind: 'sasl', octets: line },
    };
  }
  const [start, end] = verbSpan(line);
  const verb = line.toString('latin1', start, end).toUpperCase();
  const unit: Unit = { kind: 'command', verb, octets: line };
  const remembered = watch.outstanding.length < OUTSTANDING_LIMIT;
  const asked = remembered ? { ...watch, outstanding: [...watch.outstanding, verb] } : watch;
  const chunk = verb === 'BDAT' ? chunkOf(line) : null;
  // RFC 3030 2: the octets follow the command line at once, without waiting for a reply.
  if (chunk !== null && chunk.octets > 0) {
    return { watch: { ...asked, reading: 'chunk', chunkLeft: chunk.octets, chunkIsLast: chunk.last }, unit };
  }
  return { watch: asked, unit };
}

/** @returns where the verb of a command line begins and ends: up to the first blank or line end */
export function verbSpan(line: Buffer): readonly [start: number, end: number] {
  let start = 0;
  while (line[start] === 32 || line[start] === 9) start += 1;
  let end = start;
  while (end < line.length && !isBlank(line[end])) end += 1;
  return [start, end];
}

function isBlank(octet: number | undefined): boolean {
  return octet === 32 || octet === 9 || octet === CR || octet === LF;
}

/** @returns size and LAST of a BDAT line, or null when it has none (RFC 3030 2) */
export function chunkOf(line: Buffer): { readonly octets: number; readonly last: boolean } | null {
  const found = /^[ \t]*BDAT[ \t]+(\d{1,15})([ \t]+LAST)?[ \t]*\r?\n?$/i.exec(line.toString('latin1'));
  return found === null ? null : { octets: Number(found[1]), last: found[2] !== undefined };
}

function takeReplyLine(watch: Watch, line: Buffer): Omit<Cut, 'used'> {
  const found = /^(\d{3})(-?)/.exec(line.toString('latin1', 0, 4));
  const code = found === null ? null : Number(found[1]);
  const last = found !== null && found[2] === '';
  const paired = code === 354 && watch.outstanding.includes('DATA') ? 'DATA' : (watch.outstanding[0] ?? null);
  const unit: ReplyLine = { kind: 'reply-line', code, index: watch.replyLines, last, answers: paired, octets: line };
  if (!last) return { watch: { ...watch, replyLines: watch.replyLines + 1 }, unit };
  const answered: Watch = { ...watch, replyLines: 0, outstanding: watch.outstanding.slice(1) };
  if (paired === 'DATA' && code === 354) {
    // Whatever was taken for commands behind DATA is content to the server: it owes nothing for that.
    return { watch: { ...answered, reading: 'content', column: 'start', outstanding: [] }, unit };
  }
  if (paired === 'AUTH' && code === 334) return { watch: { ...answered, reading: 'sasl' }, unit };
  if (paired === 'STARTTLS' && code === 220) return { watch: { ...answered, tlsAccepted: true }, unit };
  return { watch: answered, unit };
}

function cutChunk(watch: Watch, octets: Buffer): Cut {
  const used = Math.min(watch.chunkLeft, octets.length);
  const chunkLeft = watch.chunkLeft - used;
  return {
    watch: { ...watch, chunkLeft, reading: chunkLeft === 0 ? 'commands' : 'chunk' },
    unit: { kind: 'chunk', octets: octets.subarray(0, used), endsData: chunkLeft === 0 && watch.chunkIsLast },
    used,
  };
}

function cutContent(watch: Watch, octets: Buffer): Cut {
  // Held: the beginning of a line that came before the 354 and is content after all.
  const held = watch.held.client;
  const whole = held.length === 0 ? octets : Buffer.concat([held, octets]);
  const released = release(watch, 'client');
  const { end, column } = findTerminator(watch.column, whole);
  if (end === null) {
    const tail = Math.min(whole.length, column === 'dot' ? 1 : column === 'dot-cr' ? 2 : 0);
    return { watch: { ...released, column }, unit: { kind: 'content', octets: whole, tail }, used: octets.length };
  }
  const start = Math.max(0, end - 3);
  if (start > 0) {
    return {
      watch: { ...released, column: 'start' },
      unit: { kind: 'content', octets: whole.subarray(0, start), tail: 0 },
      used: start - held.length,
    };
  }
  return {
    watch: { ...released, reading: 'commands', column: 'start', outstanding: [...watch.outstanding, '.'] },
    unit: { kind: 'end-of-data', octets: whole.subarray(0, end) },
    used: end - held.length,
  };
}

/** @returns the index behind the terminator, or null and where the line stands at the end of the piece */
function findTerminator(from: Column, octets: Buffer): { readonly end: number | null; readonly column: Column } {
  let column = from;
  for (let index = 0; index < octets.length; index += 1) {
    if (column === 'text') {
      index = octets.indexOf(CR, index);
      if (index < 0) return { end: null, column };
    }
    const octet = octets[index];
    if (column === 'dot-cr' && octet === LF) return { end: index + 1, column: 'start' };
    column = nextColumn(column, octet);
  }
  return { end: null, column };
}

function nextColumn(column: Column, octet: number | undefined): Column {
  if (octet === CR) return column === 'dot' ? 'dot-cr' : 'cr';
  if (octet === LF && column === 'cr') return 'start';
  return octet === DOT && column === 'start' ? 'dot' : 'text';
}
