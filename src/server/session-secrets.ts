// The credentials of one connection: kept off its record wherever they show up, in the lines they came in, in replies that
// echo them, in octets that never became a line. One per connection; used by session.ts. With `keepSecrets` none is made.

import type { Line } from '../wire/line-reader';
import type { Trace } from '../wire/trace';
import type { Layer, Unstamped } from '../wire/trace-event';
import { redactLeftOvers, type LeftOver } from '../wire/trace-redaction';
import { echoesIn, matchedAtEnd, withoutEcho } from '../smtp/credentials';
import type { ReplyEffect } from '../scenario/effects';

/** A client that tries passwords for ever shall not make every reply dearer. */
const REMEMBERED = 4;

const REDACTED = 0x2a; // '*'

// Most connections have none, and then cost no memory for it.
const NONE: readonly string[] = [];

export class SessionSecrets {
  private readonly trace: Trace;
  /** What was hidden: replies may echo it, now or later. */
  private known: readonly string[] = NONE;
  private leftOvers: LeftOver[] | null = null;
  /** By layer and secret: how much of it stood at the end of what was sent last. */
  private echoing: Map<string, number> | null = null;

  constructor(trace: Trace) {
    this.trace = trace;
  }

  /**
   * Hides a line from a character on: all of it, what was cut of it too.
   * @returns that character
   */
  hide(line: Line, from: number | null): number | null {
    if (from === null) return null;
    const secret = line.text.slice(from);
    this.trace.redact(line.offset + from, line.length - from);
    if (!this.known.includes(secret)) {
      this.known = [...this.known, secret].slice(-REMEMBERED);
      this.echoing = null;
    }
    return from;
  }

  /** A reply as it may stand on the record. */
  shown(reply: ReplyEffect): ReplyEffect {
    if (this.known.length === 0) return reply;
    return { ...reply, octets: this.known.reduce(withoutEcho, reply.octets) };
  }

  /**
   * The same for octets below the plain layer, where a reply comes in whatever pieces the path makes of it. Whoever hears of
   * events sees them before the connection is over; the sweep finds what only the whole shows.
   */
  shownOctets(layer: Layer, octets: Buffer): Buffer {
    if (this.known.length === 0) return octets;
    this.echoing ??= new Map();
    const text = octets.toString('latin1');
    let shown = octets;
    for (const secret of this.known) {
      const key = `${layer} ${secret}`;
      const matched = this.echoing.get(key) ?? 0;
      for (const [from, to] of echoesIn(text, secret, matched)) {
        // They are on their way to the client, who is to hear them.
        if (shown === octets) shown = Buffer.from(octets);
        shown.fill(REDACTED, from, to);
      }
      this.echoing.set(key, matchedAtEnd(text, secret, matched));
    }
    return shown;
  }

  /** A name that nobody knows may be a password: clients get out of step. */
  shownNote(event: Unstamped, users: Readonly<Record<string, string>> | null): Unstamped {
    if (event.type !== 'note' || event.fact !== 'authentication-failed') return event;
    if (users !== null && Object.hasOwn(users, event.detail)) return event;
    return { ...event, detail: '*'.repeat(event.detail.length) };
  }

  /** Plain octets that are never taken as anything. */
  leftOver(from: number, to: number): void {
    if (from >= to) return;
    this.leftOvers ??= [];
    const before = this.leftOvers.at(-1);
    if (before === undefined || before[1] < from) this.leftOvers.push([from, to]);
    else this.leftOvers[this.leftOvers.length - 1] = [before[0], Math.max(before[1], to)];
  }

  /**
   * The connection is over: hides what only a look over the whole shows.
   * @param hasPath layers below the plain one differ from it
   * @param behindAuth it ended in the middle of an exchange
   */
  sweep(hasPath: boolean, behindAuth: boolean): void {
    if (this.leftOvers === null && !hasPath) return;
    redactLeftOvers(this.trace.events, this.leftOvers ?? [], this.known, behindAuth);
  }
}
