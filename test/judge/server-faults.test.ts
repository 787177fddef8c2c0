import { readDialogue } from '../../src/judge/dialogue';
import { serverFaults } from '../../src/judge/server-faults';
import type { TraceRecord } from '../../src/wire/trace-event';
import { readTraceText } from '../../src/wire/trace-text';
import { greeted, withRecipient } from './support';

function faults(text: string): string[] {
  const [record] = readTraceText(text);
  return serverFaults(readDialogue(record as TraceRecord)).map(({ kind }) => kind);
}

it.each([
  [
    'a blameless session',
    `${withRecipient('PIPELINING')}C: DATA\nS: 354 go\nC: x\nC: .\nS: 250 ok\nC: QUIT\nS: 221 bye`,
    [],
  ],
  ['refusals', `${greeted()}C: MAIL FROM:<a@b.example>\nS: 550 no\nC: XYZ\nS: 500 ?\nC: QUIT\nS: 221 bye`, []],
  ['a 421 and its close', `${greeted()}C: NOOP\nS: 421 bye`, []],
  ['a 421 that nobody asked for', `${greeted()}S? 421 bye\nC- FIN`, []],
  ['a refusing greeting and a close', 'S: 554 no\nS- FIN\nC- FIN', []],
  ['a client that leaves without waiting', `${greeted()}C: NOOP\nC- FIN`, []],
  ['octets that are no reply', `${greeted()}C: NOOP\nS\\: hello\\r\\n\nC- FIN`, ['raw-octets']],
  ['a reply to nothing', `${greeted()}S? 250 ok\nC- FIN`, ['unsolicited-reply']],
  ['354 to MAIL', `${greeted()}C: MAIL FROM:<a@b.example>\nS: 354 go\nC- FIN`, ['wrong-code']],
  ['250 to DATA', `${withRecipient()}C: DATA\nS: 250 ok\nC- FIN`, ['wrong-code']],
  ['a 250 greeting', 'S: 250 hello\nC- FIN', ['wrong-code']],
  ['a code of no class', `${greeted()}C: NOOP\nS: 650 ok\nC- FIN`, ['wrong-code']],
  ['mixed codes', `${greeted()}C: NOOP\nS: 250-a\nS: 550 b\nC- FIN`, ['mixed-codes']],
  ['a bare LF', `${greeted()}C: NOOP\nS\\250: 250 ok\\n\nC- FIN`, ['malformed-reply']],
  ['a long line', `${greeted()}C: NOOP\nS: 250 ${'x'.repeat(507)}\nC- FIN`, ['long-reply']],
  ['a line just short enough', `${greeted()}C: NOOP\nS: 250 ${'x'.repeat(506)}\nC- FIN`, []],
  ['no reply', `${greeted()}C: NOOP\nS! ignore\nC: NOOP\nS: 250 ok\nC- FIN`, ['no-reply']],
  ['a silence that the client sat out', `${greeted()}C: NOOP\n+60s\nC- FIN`, ['no-reply']],
  ['a mute session', `${greeted()}S! mute\nC- FIN`, ['no-reply']],
  ['a deaf session', `${greeted()}S! deaf 3s\nC- FIN`, ['deaf']],
  ['our reset', `${greeted()}S- RST`, ['reset']],
  ['our close out of the blue', `${greeted()}S- FIN\nC- FIN`, ['closed']],
  [
    'too many recipients after one',
    `${withRecipient()}C: RCPT TO:<x@y.example>\nS: 452 too many\nC- FIN`,
    ['low-recipient-limit'],
  ],
  [
    'STARTTLS offered in TLS',
    `${greeted('STARTTLS')}C: STARTTLS\nS: 220 go\nTLS secured\nC: EHLO a\nS: 250-mx\nS: 250 STARTTLS\nC- FIN`,
    ['starttls-inside-tls'],
  ],
  ['a handshake that failed', `${greeted('STARTTLS')}C: STARTTLS\nS: 220 go\nTLS failed\nC- FIN`, ['tls-failed']],
] as const)('finds in %s', (_, text, expected) => {
  expect(faults(text)).toEqual(expected);
});
