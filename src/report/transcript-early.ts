// Whether a client's line came before the reply it had to wait for, as far as a transcript says so while it goes along.
// Used by transcript-telling.ts. The judge has its own, more careful account (judge/outstanding.ts); this one only looks
// at the order of events, never at times.

import type { EventName } from '../smtp/vocabulary';
import type { ReplyEvent, TraceEvent } from '../wire/trace-event';

/** What others may follow in one group when PIPELINING is offered (RFC 2920 3.1, RFC 3030 4.2). */
const WITHIN_GROUP: ReadonlySet<EventName> = new Set<EventName>(['MAIL', 'RCPT', 'RSET', 'BDAT', 'end-of-data']);

export class EarlyWatch {
  /** What the next solicited reply answers. */
  private unit: EventName = 'connect';
  private lastReplySeq = 0;
  /** The last reply that even a pipelining client had to wait for. */
  private lastGroupEndSeq = 0;
  private pipelining = false;

  /** Takes note of the next event. */
  note(event: TraceEvent): void {
    switch (event.type) {
      case 'command':
        this.unit = event.event;
        return;
      case 'message':
        this.unit = event.via === 'DATA' ? 'end-of-data' : 'BDAT';
        return;
      case 'reply':
        return this.replied(event);
      case 'offered':
        this.pipelining = event.keywords.some((keyword) => /^PIPELINING\b/i.test(keyword));
        return;
      case 'tls':
        // What was offered before the handshake counts no longer (RFC 3207 4.2).
        if (event.phase === 'secured') this.pipelining = false;
        return;
      default:
    }
  }

  /** A client can't wait for a reply of which it does not know that it comes, so unsolicited ones do not count. */
  private replied({ seq, answers, unsolicited, code }: ReplyEvent): void {
    if (answers === null || unsolicited === true) return;
    this.lastReplySeq = seq;
    // A new greeting; with EHLO the new list follows as an event of its own (RFC 5321 4.1.4).
    const greeted = code !== null && code < 300 && (this.unit === 'EHLO' || this.unit === 'HELO');
    if (greeted) this.pipelining = false;
    if (!WITHIN_GROUP.has(this.unit)) this.lastGroupEndSeq = seq;
  }

  /** @param firstSeq the event that brought the first octet (RFC 5321 4.3.1: a command waits for the reply before it) */
  of(firstSeq: number): 'early' | 'allowed' | 'no' {
    if (firstSeq >= this.lastReplySeq) return 'no';
    return this.pipelining && firstSeq > this.lastGroupEndSeq ? 'allowed' : 'early';
  }
}
