import type { CauseId } from '../../src/domino/log-advice';
import { trueCauses } from '../../src/domino/true-cause';
import type { TraceRecord } from '../../src/wire/trace-event';
import { delivery, persona, TraceOf } from './trace-of';

const record = ({ events }: TraceOf, connection = 1, server = 0): TraceRecord => ({
  connection,
  server,
  events,
  dropped: { octets: 0, events: 0 },
});

const greeted = (address?: string): TraceOf => new TraceOf().connected(address).reply(220);
const hello = (): TraceOf => greeted().command('EHLO', 'EHLO x').reply(250);
const envelope = (): TraceOf =>
  hello().command('MAIL', 'MAIL FROM:<s@example.net>').reply(250).command('RCPT', 'RCPT TO:<r@example.com>').reply(250);

const CASES: readonly (readonly [CauseId, string, TraceOf])[] = [
  [
    'refused-blacklist',
    'a blacklist answered MAIL',
    hello().command('MAIL', 'MAIL FROM:<s>').reply(554, persona('blacklisted')),
  ],
  [
    'refused-recipient',
    'nobody is called so',
    hello().command('RCPT', 'RCPT TO:<r>').reply(550, persona('recipient-unknown')),
  ],
  ['refused-relay', 'relaying was refused', hello().command('RCPT', 'RCPT TO:<r>').reply(554, persona('relay-denied'))],
  [
    'refused-recipient',
    'the refusal came first and tripped the error limit later',
    hello()
      .command('RCPT', 'RCPT TO:<r>')
      .reply(550, persona('recipient-unknown'))
      .command('unknown', 'Subject: x')
      .reply(421, persona('error-limit')),
  ],
  ['authentication-failed', 'a password was wrong', hello().note('authentication-failed', 'guest')],
  ['tls-failed', 'the handshake failed', hello().tls('failed', { reason: 'no shared cipher' })],
  ['fixup-or-fallback', 'a firewall overwrote EHLO', greeted().command('unknown', 'XXXX mail.example.net').reply(500)],
  ['fixup-or-fallback', 'EHLO was refused', greeted().command('EHLO', 'EHLO x').reply(502)],
  [
    'early-talker-spew',
    'lines that were no commands',
    greeted().command('unknown', 'a').reply(500).command('unknown', 'b').reply(500).command('unknown', 'c').reply(500),
  ],
  ['handlers-exhausted', 'nobody ever greeted', new TraceOf().connected().note('handler-waited', 'nobody is free')],
  ['mtu-or-stall', 'the mail data never ended', envelope().command('DATA', 'DATA').reply(354).mode('content')],
  ['mtu-or-stall', 'the session timed out', envelope().reply(421, persona('idle-timeout'), { answers: null })],
  ['probe', 'not a word was said', greeted()],
  ['probe', 'nothing but QUIT was said', greeted().command('QUIT', 'QUIT').reply(221)],
  ['unknown', 'the client went away amid the dialogue', envelope()],
];

test.each(CASES)('%s: %s', (cause, _, trace) => {
  expect(trueCauses([record(trace.closed())])).toMatchObject([{ cause, messages: 0 }]);
});

test('a session that delivered needs no cause', () => {
  expect(trueCauses([record(delivery())])).toMatchObject([{ cause: null, messages: 1 }]);
});

test('a message that was refused at its end is not counted', () => {
  const refused = envelope().command('DATA', 'DATA').reply(354).message().reply(552, persona('size-exceeded'));
  expect(trueCauses([record(refused.closed())])).toMatchObject([{ cause: 'refused-other', messages: 0 }]);
});

describe('came in through another server', () => {
  const lost = (): TraceOf => hello().command('MAIL', 'MAIL FROM:<originator>').reply(250).closed();

  test('when another server took a message of the same sender', () => {
    const truth = trueCauses([record(lost()), record(delivery(), 2, 1)]);
    expect(truth).toMatchObject([{ cause: 'delivered-elsewhere' }, { cause: null }]);
  });

  test('not when the same host came back to the same server', () => {
    expect(trueCauses([record(lost()), record(delivery(), 2)])).toMatchObject([{ cause: 'unknown' }, { cause: null }]);
  });
});
