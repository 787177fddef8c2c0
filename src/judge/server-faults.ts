// What *we* did on a connection that no correct server does: raw octets, wrong codes, silence, resets. Read off the trace,
// so that nobody has to declare it. The judge demotes what came of it: a client is never blamed for our own fault.
// What the path made of it comes from path-faults.ts: the client cannot tell that from a fault of ours.

import { replyCode } from '../smtp/reply';
import type { EventName } from '../smtp/vocabulary';
import type { Dialogue, Exchange, Reply } from './dialogue';
import { pathChanges } from './path-faults';
import { waiting } from './waiting';

export type FaultKind =
  /** Octets that are no reply and stand for none. */
  | 'raw-octets'
  /** A reply to nothing, or a second one; a 421 may always come (RFC 5321 3.8) and is none. */
  | 'unsolicited-reply'
  /** A code that RFC 5321 4.3.2 and the extensions do not give for this command. */
  | 'wrong-code'
  /** Lines of one reply with different codes (RFC 5321 4.2.1). */
  | 'mixed-codes'
  /** Not CRLF at each end, a line without its code, another code than the one it stands for, or a NUL. */
  | 'malformed-reply'
  /** A reply line of more than 512 octets (RFC 5321 4.5.3.1.5). */
  | 'long-reply'
  /** A unit was taken and never answered, although the client stayed for it. */
  | 'no-reply'
  /** We stopped reading. */
  | 'deaf'
  /** RST from us: what we wrote before may be lost (trap 4). */
  | 'reset'
  /** We closed without QUIT, 421 or a refusing greeting. */
  | 'closed'
  /** Recipients refused as too many before 100 were taken (RFC 5321 4.5.3.1.8; traps 8 and 9). */
  | 'low-recipient-limit'
  /** STARTTLS offered inside TLS (RFC 3207 4.2). */
  | 'starttls-inside-tls'
  /** The handshake failed; whose fault that is does not show here. */
  | 'tls-failed'
  /** A middlebox changed the octets: what the plain layer shows is not what the client said or saw. */
  | 'path';

export interface ServerFault {
  readonly connection: number;
  /** From here on the client may be led astray. */
  readonly seq: number;
  readonly kind: FaultKind;
  /** For a reason: "we left RCPT without a reply". */
  readonly text: string;
  /** The exchange it happened in, when there is one. */
  readonly exchange: Exchange | null;
}

/** After these a client cannot know where it stands, so that what it does next proves nothing about it. */
export const DERAILING: readonly FaultKind[] = [
  'raw-octets',
  'unsolicited-reply',
  'mixed-codes',
  'malformed-reply',
  'no-reply',
  'deaf',
  'reset',
  'closed',
];

const LONGEST_REPLY_LINE_OCTETS = 512;
const FEWEST_RECIPIENTS = 100;

/** All our faults on one connection, in order. */
export function serverFaults(dialogue: Dialogue): readonly ServerFault[] {
  const faults = [
    ...dialogue.exchanges.flatMap((exchange) => exchangeFaults(dialogue, exchange)),
    ...dialogue.unsolicited.filter(({ code }) => code !== 421).map((reply) => unaskedFault(dialogue, reply)),
    ...recipientLimits(dialogue),
    ...stepFaults(dialogue),
    ...endFaults(dialogue),
    ...pathChanges(dialogue.record).map(({ seq, side }) =>
      fault(
        dialogue,
        seq,
        'path',
        side === 'client' ? 'the path changed our replies' : 'the path changed what it said',
      ),
    ),
    ...dialogue.tls
      .filter(({ outcome }) => outcome?.phase === 'failed')
      .map(({ started }) => fault(dialogue, started.seq, 'tls-failed', 'the TLS handshake failed')),
  ];
  return faults.sort((one, other) => one.seq - other.seq);
}

function fault(
  dialogue: Dialogue,
  seq: number,
  kind: FaultKind,
  text: string,
  exchange: Exchange | null = null,
): ServerFault {
  return { connection: dialogue.connection, seq, kind, text, exchange };
}

function exchangeFaults(dialogue: Dialogue, exchange: Exchange): ServerFault[] {
  const { reply } = exchange;
  if (reply === null) return leftAlone(dialogue, exchange);
  const found = (kind: FaultKind, text: string): ServerFault => fault(dialogue, reply.seq, kind, text, exchange);
  const name = nameOf(exchange);
  const faults: ServerFault[] = [];
  const saysSo = reply.lines.some((line) => replyCode(line) === reply.code);
  if (reply.code === null || !saysSo || isMalformed(reply.event.octets)) {
    faults.push(found('malformed-reply', `our reply to ${name} was malformed`));
  }
  if (new Set(reply.lines.map((line) => line.slice(0, 3))).size > 1) {
    faults.push(found('mixed-codes', `our reply to ${name} mixed codes`));
  }
  if (reply.lines.some((line) => line.length + 2 > LONGEST_REPLY_LINE_OCTETS)) {
    faults.push(found('long-reply', `our reply to ${name} had a line of more than 512 octets`));
  }
  if (reply.code !== null && !isCodeFor(exchange.verb, reply.code)) {
    faults.push(found('wrong-code', `we answered ${name} with ${reply.code}`));
  }
  const offersTls = exchange.verb === 'EHLO' && reply.lines.some((line) => /^\d{3}[ -]STARTTLS\b/i.test(line));
  if (offersTls && exchange.secured) faults.push(found('starttls-inside-tls', 'we offered STARTTLS inside TLS'));
  return faults;
}

function unaskedFault(dialogue: Dialogue, reply: Reply): ServerFault {
  const raw = reply.event.raw === true && reply.code === null;
  const text = raw ? 'we sent octets that are no reply' : `we sent "${reply.lines[0] ?? ''}" unasked`;
  return fault(dialogue, reply.seq, raw ? 'raw-octets' : 'unsolicited-reply', text);
}

/** No reply is our fault where the client went on, or stayed long enough to have got one. */
function leftAlone(dialogue: Dialogue, exchange: Exchange): ServerFault[] {
  const nextSeq = dialogue.exchanges[exchange.index + 1]?.seq ?? Infinity;
  // Raw octets in its place are a fault of their own.
  const gotOctets = dialogue.unsolicited.some(({ seq, event }) => {
    return event.raw === true && seq > exchange.seq && seq < nextSeq;
  });
  if (gotOctets) return [];
  const { by, ms } = waiting(dialogue, exchange);
  const silence = dialogue.steps.findLast(({ step }) => step === 'ignore' || step === 'mute');
  const silenced = silence !== undefined && silence.seq > exchange.seq;
  const answered = dialogue.exchanges.length - 1 > exchange.index;
  if (!silenced && !answered && (by === 'left' || by === 'server-ended') && ms < 1000) return [];
  return [fault(dialogue, exchange.seq, 'no-reply', `we left ${nameOf(exchange)} without a reply`, exchange)];
}

function stepFaults(dialogue: Dialogue): ServerFault[] {
  const faults: ServerFault[] = [];
  for (const { step, seq } of dialogue.steps) {
    if (step === 'mute') faults.push(fault(dialogue, seq, 'no-reply', 'we stopped answering'));
    else if (step === 'deaf') faults.push(fault(dialogue, seq, 'deaf', 'we stopped reading'));
  }
  return faults;
}

function endFaults(dialogue: Dialogue): ServerFault[] {
  const { closing, first } = dialogue.ending;
  if (closing === null) return [];
  if (closing.how === 'reset') return [fault(dialogue, closing.seq, 'reset', 'we reset the connection')];
  if (first !== 'server' || isExpectedClose(dialogue)) return [];
  return [fault(dialogue, closing.seq, 'closed', 'we closed the connection first')];
}

/** RFC 5321 3.8: a server closes after QUIT, or having said 421; after a refusing greeting many do. */
function isExpectedClose(dialogue: Dialogue): boolean {
  const saidSo = [...dialogue.exchanges.map(({ reply }) => reply), ...dialogue.unsolicited];
  return (
    dialogue.exchanges.some(({ verb, spew }) => verb === 'QUIT' && spew === null) ||
    saidSo.some((reply) => reply?.code === 421) ||
    dialogue.exchanges[0]?.reply?.digit === 5
  );
}

function recipientLimits(dialogue: Dialogue): ServerFault[] {
  return dialogue.transactions.flatMap(({ recipients }) => {
    let taken = 0;
    for (const { reply, exchange } of recipients) {
      if (reply?.digit === 2) taken += 1;
      const tooMany = reply?.code === 452 || reply?.code === 552;
      if (!tooMany || taken === 0 || taken >= FEWEST_RECIPIENTS) continue;
      return [fault(dialogue, reply.seq, 'low-recipient-limit', `we took only ${taken} recipients`, exchange)];
    }
    return [];
  });
}

function isMalformed(octets: string): boolean {
  if (!octets.endsWith('\r\n') || /[^\r]\n|\r[^\n]|\0/.test(octets)) return true;
  const lines = octets.slice(0, -2).split('\r\n');
  return lines.some((line, index) => {
    const last = index === lines.length - 1;
    return !(last ? /^\d{3}(?: |$)/ : /^\d{3}-/).test(line);
  });
}

/** RFC 5321 4.3.2 and the extensions, as far as a code may lead a client astray: classes, and where one code is meant. */
function isCodeFor(verb: EventName, code: number): boolean {
  const digit = Math.floor(code / 100);
  if (digit < 2 || digit > 5) return false;
  if (digit > 3) return verb !== 'QUIT' || code === 421;
  switch (verb) {
    case 'connect':
    case 'STARTTLS':
      return code === 220;
    case 'DATA':
      return code === 354;
    case 'AUTH':
    case 'auth-response':
      return code === 235 || code === 334;
    case 'QUIT':
      return code === 221;
    default:
      return digit === 2;
  }
}

function nameOf(exchange: Exchange): string {
  switch (exchange.verb) {
    case 'connect':
      return 'the connection';
    case 'end-of-data':
      return 'the final dot';
    case 'auth-response':
      return 'a SASL response';
    case 'unknown':
      return 'an unknown command';
    default:
      return exchange.verb;
  }
}
