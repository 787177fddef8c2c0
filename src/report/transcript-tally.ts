// The sum of one connection: commands, refusals, messages, octets and time, as the last lines of a transcript give it.
// Used by transcript-telling.ts. It counts what the trace says and judges nothing.

import type { MessageEvent, ReplyEvent, TraceEvent } from '../wire/trace-event';
import { counted, spanText, thousands } from './transcript-style';

export class Tally {
  private commands = 0;
  private deferred = 0;
  private refused = 0;
  private accepted = 0;
  private refusedMessages = 0;
  private unanswered = 0;
  private cutShort = 0;
  private receivedOctets = 0;
  private sentOctets = 0;
  private peer: string | null = null;
  private firstAt: number | null = null;
  private lastAt = 0;
  private closed = false;
  /** A message whose reply is still to come. */
  private awaiting = false;
  private swallowing = false;
  private lastUnsolicited: number | null = null;

  count(event: TraceEvent): void {
    this.firstAt ??= event.at;
    this.lastAt = event.at;
    switch (event.type) {
      case 'connected':
        this.peer = event.peer.address;
        return;
      case 'command':
        if (event.event !== 'auth-response') this.commands += 1;
        return;
      case 'received':
        if (event.layer === 'plain') this.receivedOctets += event.length;
        return;
      case 'mode':
        this.swallowing = event.mode === 'swallow';
        return;
      case 'message':
        return this.countMessage(event);
      case 'reply':
        return this.countReply(event);
      case 'closed':
        this.closed = true;
        this.receivedOctets = event.receivedOctets;
        this.sentOctets = event.sentOctets;
        return;
      default:
    }
  }

  private countMessage(message: MessageEvent): void {
    if (!message.complete) this.cutShort += 1;
    else if (this.swallowing) this.settle(this.lastUnsolicited);
    else {
      if (this.awaiting) this.unanswered += 1;
      this.awaiting = true;
    }
  }

  private countReply(reply: ReplyEvent): void {
    this.sentOctets += reply.length;
    const code = reply.as ?? reply.code;
    if (code !== null && code >= 500) this.refused += 1;
    else if (code !== null && code >= 400) this.deferred += 1;
    if (reply.answers === null) this.lastUnsolicited = code;
    else if (this.awaiting) {
      this.awaiting = false;
      this.settle(code);
    }
  }

  private settle(code: number | null): void {
    if (code === null) this.unanswered += 1;
    else if (code < 300) this.accepted += 1;
    else this.refusedMessages += 1;
  }

  /** Two sentences; the second has the number that Domino writes when a client disconnects. */
  sentences(): readonly string[] {
    const messages = [`${counted(this.accepted, 'message')} accepted`, `${thousands(this.refusedMessages)} refused`];
    const unanswered = this.unanswered + (this.awaiting ? 1 : 0);
    if (unanswered > 0) messages.push(`${thousands(unanswered)} without an answer`);
    if (this.cutShort > 0) messages.push(`${thousands(this.cutShort)} cut short`);
    const parts = [
      counted(this.commands, 'command'),
      `${thousands(this.deferred)} × 4yz, ${thousands(this.refused)} × 5yz`,
      messages.join(', '),
      `${counted(this.receivedOctets, 'octet')} in, ${thousands(this.sentOctets)} out`,
      spanText(this.lastAt - (this.firstAt ?? this.lastAt)),
    ];
    const end = this.closed ? 'disconnected' : 'still connected';
    return [
      `${parts.join('; ')}.`,
      `Domino's sum: ${this.peer ?? 'client'} ${end}. ${this.accepted} message[s] received`,
    ];
  }
}
