// The scenarios that the two articles tell, each played with its scripted sender on real sockets; what is asserted is what
// the articles say: reply texts word for word, Command / Invalid, "0 message[s] received". All trials run at once.

import type { ClientDriver } from '../../src/clients/driver';
import { commandCount, disconnects, greetings, type Played, replyTo, said, seenByClient, Stage } from './play';

const SENDER = 'MAIL FROM:<sender@example.org>';
const RECIPIENT = 'RCPT TO:<recipient@example.com>';
const EHLO = 'EHLO sender.example.net';
const HELO = 'HELO sender.example.net';
const HELLO = 'sender.example.net ([127.0.0.1]), pleased to meet you';
const DELIVERY = [`${SENDER} → 250`, `${RECIPIENT} → 250`, 'DATA → 354', 'QUIT → 221'];
const LIMIT = ['421 SMTP service not available, closing transmission channel.'];
const ONE = 'disconnected. 1 message[s] received';
const NONE = 'disconnected. 0 message[s] received';

/** The ordinary message, as lines that are taken for commands. */
const SPEWED = [
  'Date: Wed, 18 Feb 2004 09:52:07 +0000',
  'From: <sender@example.org>',
  'To: nobody@example.com',
  'Subject: submission 1 (plain)',
];

const stage = new Stage();
afterAll(() => stage.clear());

/** Begun at once, awaited by the test it belongs to. */
function begin(name: string, sender?: string): Promise<Played> {
  const played = stage.play(name, sender);
  // A failure is reported where it is awaited.
  played.catch(() => undefined);
  return played;
}

const trials = {
  hardened: begin('domino-hardened'),
  defaults: begin('domino-defaults'),
  dnsbl: begin('dnsbl-554'),
  dnsblSpew: begin('dnsbl-content-spew'),
  unknownSpew: begin('rcpt-unknown-spew'),
  pipeliningOn: begin('one-packet-spam-pipelining-on'),
  pipeliningOff: begin('one-packet-spam-pipelining-off'),
  limitRecipients: begin('error-limit'),
  limitJunk: begin('error-limit-junk'),
  pix: begin('pix-fixup'),
  pixNoop: begin('pix-fixup-noop'),
  mtu: begin('mtu-stall'),
  ehlo500: begin('ehlo-500', 'well-behaved'),
  ehlo500GivenUp: begin('ehlo-500'),
  ehlo502: begin('ehlo-502', 'well-behaved'),
  ehlo502Parameters: begin('ehlo-502'),
  ehlo550: begin('ehlo-550'),
  ehlo421: begin('ehlo-421'),
  ehloClosed: begin('ehlo-closed'),
  helo: begin('helo-only'),
  vrfy: begin('vrfy-probe'),
  backup: begin('backup-server'),
  grey: begin('greylisting'),
  twice: begin('fails-twice-then-recovers'),
  returns: begin('disconnects-and-returns-with-helo'),
  plain: begin('plain'),
} as const;

describe('a Domino server', () => {
  test('hardened: offers SIZE and STARTTLS and nothing else, and takes the message in its own words', async () => {
    const played = await trials.hardened;
    expect(said(played)).toEqual([[`${EHLO} → 250`, ...DELIVERY]]);
    expect(replyTo(played, 'EHLO')).toEqual([`250-mail.example.com Hello ${HELLO}`, '250-SIZE', '250 STARTTLS']);
    expect(replyTo(played, 'MAIL')).toEqual(['250 sender@example.org... Sender OK']);
    expect(replyTo(played, 'RCPT')).toEqual(['250 recipient@example.com... Recipient OK']);
    expect(replyTo(played, 'DATA')).toEqual(['354 Enter message, end with "." on a line by itself']);
    expect(replyTo(played, 'QUIT')).toEqual(['221 mail.example.com SMTP Service closing transmission channel']);
    expect(disconnects(played)).toEqual([ONE]);
  });

  test('as it ships: pipelining is on, TLS, 8BITMIME and DSN are not there', async () => {
    const played = await trials.defaults;
    expect(replyTo(played, 'EHLO').slice(1)).toEqual(['250-SIZE', '250-PIPELINING', '250 HELP']);
    expect(disconnects(played)).toEqual([ONE]);
  });

  test('serves a client that only knows HELO', async () => {
    const played = await trials.helo;
    expect(said(played)).toEqual([[`${HELO} → 250`, ...DELIVERY]]);
    expect(replyTo(played, 'HELO')).toEqual([`250 mail.example.com Hello ${HELLO}`]);
    expect([commandCount(played, 'HELO'), commandCount(played, 'EHLO')]).toEqual([1, 0]);
  });

  test('gives nothing away to VRFY and EXPN', async () => {
    const played = await trials.vrfy;
    expect(replyTo(played, 'VRFY recipient')).toEqual([
      '252 Unable to VRFY "recipient", but will accept message and attempt delivery',
    ]);
    expect(replyTo(played, 'EXPN staff')).toEqual([
      '252 Unable to EXPN "staff", but will accept message and attempt delivery',
    ]);
    expect(commandCount(played, 'VRFY')).toBe(2);
  });
});

describe('a blacklisted host', () => {
  test('is greeted, and refused at MAIL', async () => {
    const played = await trials.dnsbl;
    expect(said(played)).toEqual([[`${EHLO} → 250`, `${SENDER} → 554`, 'RSET → 250', 'QUIT → 221']]);
    expect(greetings(played)[0]).toMatch(
      /^220 mail\.example\.com ESMTP Service \(Lotus Domino Release 6\.5\) ready at /,
    );
    expect(replyTo(played, 'MAIL')).toEqual([
      '554 Your host 127.0.0.1 was found in the DNS Blacklist at bl.example.org',
    ]);
    expect(replyTo(played, 'RSET')).toEqual(['250 Reset state']);
    expect(disconnects(played)).toEqual([NONE]);
  });

  test('that dumps its spam all the same has every line of it counted under Command / Invalid', async () => {
    const played = await trials.dnsblSpew;
    expect(said(played)[0]?.slice(0, 4)).toEqual([
      `${EHLO} → 250`,
      `${SENDER} → 554`,
      `${RECIPIENT} → 503`,
      'DATA → 503',
    ]);
    expect(replyTo(played, 'MAIL')).toEqual(['554 Connection denied based on policy reason.']);
    expect(replyTo(played, 'Subject:')).toEqual([
      '500 Syntax error, command "Subject: submission 1 (plain)" unrecognized',
    ]);
    // Five headers, an empty line, two lines of text, and the dot.
    expect(commandCount(played, 'Invalid')).toBe(9);
    expect(disconnects(played)).toEqual([NONE]);
  });
});

describe('an unknown recipient', () => {
  test('is refused with 550, and the message behind it line by line with 500', async () => {
    const played = await trials.unknownSpew;
    const [lines = []] = said(played);
    expect(lines.slice(0, 8)).toEqual([
      `${EHLO} → 250`,
      `${SENDER} → 250`,
      'RCPT TO:<nobody@example.com> → 550',
      'DATA → 503',
      ...SPEWED.map((line) => `${line} → 500`),
    ]);
    expect(lines.slice(-2)).toEqual(['. → 500', 'QUIT → 221']);
    expect(replyTo(played, '.')).toEqual(['500 Syntax error, command "." unrecognized']);
    expect(commandCount(played, 'Invalid')).toBe(9);
    expect(disconnects(played)).toEqual([NONE]);
  });

  test('counts for the error limit: the fourth of them is told 421 and the session is over', async () => {
    const played = await trials.limitRecipients;
    expect(said(played)).toEqual([
      [
        `${EHLO} → 250`,
        `${SENDER} → 250`,
        'RCPT TO:<adam@example.com> → 550',
        'RCPT TO:<anna@example.com> → 550',
        'RCPT TO:<bert@example.com> → 550',
        'RCPT TO:<beth@example.com> → 421',
      ],
    ]);
    expect(replyTo(played, 'RCPT TO:<beth')).toEqual(LIMIT);
    expect(played.connections[0]?.closedBy).toBe('server');
  });

  test('and junk behind it run into the limit: one 550, one 503, three 500, then 421', async () => {
    const played = await trials.limitJunk;
    expect(said(played)[0]?.slice(2)).toEqual([
      'RCPT TO:<nobody@example.com> → 550',
      'DATA → 503',
      ...SPEWED.slice(0, 3).map((line) => `${line} → 500`),
      'Subject: submission 1 (plain) → 421',
    ]);
    expect(replyTo(played, 'Subject:')).toEqual(LIMIT);
    expect(played.connections[0]?.closedBy).toBe('server');
  });
});

describe('a whole spam in one packet', () => {
  test.each(['pipeliningOn', 'pipeliningOff'] as const)('is worked off and accepted: %s', async (trial) => {
    const played = await trials[trial];
    expect(said(played)).toEqual([[`${EHLO} → 250`, ...DELIVERY]]);
    expect(replyTo(played, 'EHLO').some((line) => line.includes('PIPELINING'))).toBe(trial === 'pipeliningOn');
    const [received] = (played.connections[0]?.trace.events ?? []).filter(({ type }) => type === 'received');
    // The first read holds everything, QUIT included: nothing was waited for.
    expect(received?.type === 'received' ? received.octets?.toString('latin1') : '').toMatch(/^EHLO .*\r\nQUIT\r\n$/s);
  });
});

describe('a PIX with fixup', () => {
  test('makes XXXX of EHLO and stars of the banner; the client goes on with HELO where it is', async () => {
    const played = await trials.pix;
    expect(said(played)).toEqual([['XXXX sender.example.net → 500', `${HELO} → 250`, ...DELIVERY]]);
    expect(replyTo(played, 'XXXX')).toEqual(['500 Syntax error, command "XXXX sender.example.net" unrecognized']);
    expect(seenByClient(played.connections[0])).toMatch(/^220 [*20 ]+\r\n500 Syntax error/);
    expect(disconnects(played)).toEqual([ONE]);
  });

  test('and a client that drops the connection first: one message, and one spurious "0 message[s] received"', async () => {
    const played = await trials.returns;
    expect(said(played)).toEqual([
      ['XXXX sender.example.net → 500', 'QUIT → 221'],
      [`${HELO} → 250`, ...DELIVERY],
    ]);
    expect(disconnects(played)).toEqual([NONE, ONE]);
  });

  test('of the older kind makes NOOP of EHLO, and the client takes the 250 for a greeting without extensions', async () => {
    const played = await trials.pixNoop;
    expect(said(played)).toEqual([['NOOP sender.example.net → 250', ...DELIVERY]]);
    expect(played.connections[0]?.lines[1]).toBe(SENDER);
  });
});

test('full-size segments vanish: 354, then not one octet of content, and 421 when the server gives up', async () => {
  const played = await trials.mtu;
  expect(said(played)).toEqual([[`${EHLO} → 250`, ...DELIVERY.slice(0, 3)]]);
  expect(played.connections[0]?.messages).toEqual([]);
  expect(seenByClient(played.connections[0])).toContain(
    `354 Enter message, end with "." on a line by itself\r\n${LIMIT[0]}`,
  );
  expect(disconnects(played)).toEqual([NONE]);
});

describe('EHLO is', () => {
  test('refused with 500: HELO on the same connection', async () => {
    const played = await trials.ehlo500;
    expect(said(played)).toEqual([[`${EHLO} → 500`, `${HELO} → 250`, ...DELIVERY]]);
    expect(replyTo(played, 'EHLO')).toEqual(['500 Syntax error, command "EHLO sender.example.net" unrecognized']);
  });

  test('refused with 500, and a client without HELO gives up', async () => {
    expect(said(await trials.ehlo500GivenUp)).toEqual([[`${EHLO} → 500`, 'QUIT → 221']]);
  });

  test('refused with 502: HELO, and nothing but the path at MAIL', async () => {
    const played = await trials.ehlo502;
    expect(said(played)).toEqual([[`${EHLO} → 502`, `${HELO} → 250`, ...DELIVERY]]);
    expect(played.connections[0]?.lines[2]).toBe(SENDER);
  });

  test('not used, and parameters are: 555', async () => {
    const played = await trials.ehlo502Parameters;
    expect(said(played)).toEqual([[`${HELO} → 250`, `${SENDER} → 555`, 'RSET → 250', 'QUIT → 221']]);
  });

  test('refused with 550, and so is HELO: MAIL has no session to stand in', async () => {
    const [lines = []] = said(await trials.ehlo550);
    expect(lines.slice(0, 2)).toEqual([`${EHLO} → 550`, `${HELO} → 550`]);
    expect(lines).toContain(`${SENDER} → 503`);
  });

  test('told 421: the server closes at once', async () => {
    const played = await trials.ehlo421;
    expect(said(played)).toEqual([[`${EHLO} → 421`]]);
    expect(played.connections[0]).toMatchObject({ closedBy: 'server', closedHow: 'fin' });
  });

  test('met by a closed connection: a client without HELO fills the log', async () => {
    const played = await trials.ehloClosed;
    expect(said(played)).toEqual(Array.from({ length: 10 }, () => [`${EHLO} → nothing`]));
    expect(new Set(disconnects(played))).toEqual(new Set([NONE]));
  });
});

describe('a client that comes back', () => {
  test('finds the backup server when the primary greets with 421', async () => {
    const played = await trials.backup;
    expect(greetings(played)[0]).toBe(LIMIT[0]);
    expect(greetings(played)[1]).toMatch(/^220 backup\.example\.com /);
    expect(played.connections.map(({ server }) => server)).toEqual([0, 1]);
    expect(disconnects(played)).toEqual([NONE, ONE]);
  });

  test('is greylisted once and then let in', async () => {
    expect(said(await trials.grey)).toEqual([
      [`${EHLO} → 250`, `${SENDER} → 250`, `${RECIPIENT} → 450`, 'DATA → 503', 'RSET → 250', 'QUIT → 221'],
      [`${EHLO} → 250`, ...DELIVERY],
    ]);
  });

  test('is deferred twice and accepted the third time', async () => {
    const deferred = [`${EHLO} → 250`, `${SENDER} → 451`, 'RSET → 250', 'QUIT → 221'];
    expect(said(await trials.twice)).toEqual([deferred, deferred, [`${EHLO} → 250`, ...DELIVERY]]);
  });
});

test('a well-behaved server takes an ordinary message for two', async () => {
  const played = await trials.plain;
  expect(said(played)).toEqual([
    [
      `${EHLO} → 250`,
      `${SENDER} → 250`,
      `${RECIPIENT} → 250`,
      'RCPT TO:<second@example.com> → 250',
      'DATA → 354',
      'QUIT → 221',
    ],
  ]);
  expect(played.record.outcomes.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
});

test('a refused sender that does not hang up keeps the only handler, and the next client waits for its greeting', async () => {
  const hog = stage.driver('handlers-exhausted');
  const polite = stage.driver('handlers-exhausted', 'well-behaved');
  let refused: () => void = () => undefined;
  const refusal = new Promise<void>((resolve) => (refused = resolve));
  const both: ClientDriver = {
    ...hog,
    async submit(assignment) {
      const afterwards = refusal.then(() => polite.submit(assignment));
      const [report] = await Promise.all([hog.submit(assignment), afterwards]);
      return report;
    },
  };
  const played = await stage.playWith('handlers-exhausted', both, (event) => {
    if (event.type === 'reply' && event.code === 550) refused();
  });
  const [first, second] = played.connections.map(({ trace }) => trace.events);
  const timedOut = first?.find((event) => event.type === 'reply' && event.code === 421);
  const accepted = second?.find(({ type }) => type === 'connected');
  const greeted = second?.find(({ type }) => type === 'reply');
  expect(accepted?.seq).toBeLessThan(timedOut?.seq ?? 0);
  expect(greeted?.seq).toBeGreaterThan(timedOut?.seq ?? Infinity);
  // Two seconds without a word end the first session; the second client has spent nearly all of them waiting.
  expect((greeted?.at ?? 0) - (accepted?.at ?? 0)).toBeGreaterThan(1500);
});
