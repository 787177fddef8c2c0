// A hand-written trace for the tests of this room: events with as little in them as the type allows.

import type { MessageEvent, NoteEvent, ReplyEvent, Source, TlsEvent, TraceEvent } from '../../src/wire/trace-event';
import type { EventName } from '../../src/smtp/vocabulary';
import type { Situation } from '../../src/scenario/persona';

export const persona = (situation: Situation): Source => ({ kind: 'persona', situation });

/** Collects events with rising `seq`; `at` is what was last set. */
export class TraceOf {
  readonly events: TraceEvent[] = [];
  at = 0;
  #seq = 0;

  connected(address = '192.168.0.1'): this {
    return this.#put({
      type: 'connected',
      connection: 1,
      server: 0,
      peer: { address, port: 40_000 },
      local: { address: '127.0.0.1', port: 25 },
    });
  }

  command(event: EventName, line: string): this {
    const place = { offset: 0, length: line.length + 2, firstSeq: 1, firstAt: 0, lastSeq: 1, lastAt: 0 };
    return this.#put({ type: 'command', event, line, terminator: 'CRLF', ...place });
  }

  /** Answers the last command or message. */
  reply(code: number, source: Source = { kind: 'default' }, more: Partial<ReplyEvent> = {}): this {
    const answers = this.events.findLast(({ type }) => type === 'command' || type === 'message')?.seq ?? null;
    const octets = `${code} text\r\n`;
    const place = { offset: 0, length: octets.length, inputWaiting: 0 };
    return this.#put({ type: 'reply', code, octets, answers, source, ...place, ...more });
  }

  message(given: Partial<MessageEvent> = {}): this {
    return this.#put({
      type: 'message',
      via: 'DATA',
      offset: 0,
      length: 2323,
      firstSeq: 1,
      firstAt: 0,
      lastSeq: 1,
      lastAt: 0,
      size: 2320,
      digest: '00',
      messageId: '<21D5084642AA334AB57F4727C3E0B4A01BDDA7@someplace>',
      sender: 'originator',
      recipients: ['recipient'],
      facts: {
        lines: 1,
        longestLine: 10,
        bareLf: 0,
        bareCr: 0,
        nul: 0,
        eightBit: false,
        stuffedDots: 0,
        unstuffedDots: 0,
        smuggling: [],
      },
      complete: true,
      stored: 0,
      ...given,
    });
  }

  note(fact: NoteEvent['fact'], detail: string): this {
    return this.#put({ type: 'note', fact, detail });
  }

  tls(phase: TlsEvent['phase'], more: Partial<TlsEvent> = {}): this {
    return this.#put({ type: 'tls', phase, ...more });
  }

  octets(type: 'received' | 'sent', layer: 'wire' | 'plain', text: string): this {
    return this.#put({ type, layer, offset: 0, length: text.length, octets: Buffer.from(text, 'latin1') });
  }

  mode(mode: 'command' | 'content'): this {
    return this.#put({ type: 'mode', mode });
  }

  closed(): this {
    return this.#put({ type: 'closed', by: 'client', how: 'fin', receivedOctets: 0, sentOctets: 0, unread: 0 });
  }

  #put(event: DistributiveOmit<TraceEvent, 'seq' | 'at'>): this {
    this.#seq += 1;
    this.events.push({ ...event, seq: this.#seq, at: this.at });
    return this;
  }
}

type DistributiveOmit<Type, Key extends PropertyKey> = Type extends unknown ? Omit<Type, Key> : never;

/** The article's delivery: one message accepted. */
export function delivery(): TraceOf {
  return new TraceOf()
    .connected()
    .command('EHLO', 'EHLO someplace')
    .reply(250)
    .command('MAIL', 'MAIL FROM:<originator>')
    .reply(250)
    .command('RCPT', 'RCPT TO:<recipient>')
    .reply(250)
    .command('DATA', 'DATA')
    .reply(354)
    .message()
    .reply(250)
    .command('QUIT', 'QUIT')
    .reply(221)
    .closed();
}
