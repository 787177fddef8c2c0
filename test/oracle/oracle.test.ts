// The untouched SMTPServer as the oracle: the same octets to it and to persona `plain`, reply codes compared. Where the two
// differ on purpose, the difference stands here with its reason; a difference that goes away fails as well.

import { connect } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { scenario, startMockServer, type MockServer } from '../../src/mock/mock-server';

let ours: MockServer;
let oracle: SMTPServer;
let oraclePort: number;

beforeAll(async () => {
  ours = await startMockServer(
    scenario('oracle')
      .persona('plain')
      .server({ policies: { auth: 'optional', size: 10_000 }, auth: { users: { user: 'secret' } } }),
  );
  oracle = new SMTPServer({
    logger: false,
    authOptional: true,
    allowInsecureAuth: true,
    hideSTARTTLS: true,
    disabledCommands: ['STARTTLS'],
    authMethods: ['PLAIN', 'LOGIN'],
    size: 10_000,
    onAuth: (auth, _session, done) =>
      auth.username === 'user' && auth.password === 'secret' ? done(null, { user: 'user' }) : done(new Error('no')),
    onData: (stream, _session, done) => {
      stream.on('end', () => done(stream.sizeExceeded ? Object.assign(new Error('big'), { responseCode: 552 }) : null));
      stream.resume();
    },
  });
  oraclePort = await new Promise<number>((resolve) => {
    const { server } = oracle;
    oracle.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
});

afterAll(async () => {
  await ours.stop();
  await new Promise<void>((resolve) => oracle.close(resolve));
});

/** Sends all octets after the greeting and gives the codes of all replies until the server closes. */
function codesOf(port: number, octets: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => socket.write(octets, 'latin1'));
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(finalCodes(text)));
  });
}

/** One code per reply: the last line of each. */
function finalCodes(text: string): string {
  return text
    .split('\r\n')
    .filter((line) => /^\d{3}( |$)/.test(line))
    .map((line) => line.slice(0, 3))
    .join(' ');
}

const EHLO = 'EHLO a.example.net\r\n';
const ENVELOPE = `${EHLO}MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.com>\r\n`;
const MESSAGE = 'Subject: x\r\n\r\nbody\r\n.\r\n';
const QUIT = 'QUIT\r\n';
const PLAIN = Buffer.from('\0user\0secret').toString('base64');
const WRONG = Buffer.from('\0user\0wrong').toString('base64');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const SAME: readonly (readonly [name: string, octets: string])[] = [
  ['QUIT alone', QUIT],
  ['EHLO, QUIT', `${EHLO}${QUIT}`],
  ['HELO, QUIT', `HELO a.example.net\r\n${QUIT}`],
  ['lower case', `ehlo a.example.net\r\nmail from:<a@example.net>\r\nrcpt to:<b@example.com>\r\nquit\r\n`],
  ['a whole transaction, pipelined', `${ENVELOPE}DATA\r\n${MESSAGE}${QUIT}`],
  [
    'two transactions on one connection',
    `${ENVELOPE}DATA\r\n${MESSAGE}MAIL FROM:<c@d.e>\r\nRCPT TO:<f@g.h>\r\nDATA\r\n${MESSAGE}${QUIT}`,
  ],
  ['several recipients', `${ENVELOPE}RCPT TO:<c@example.com>\r\nRCPT TO:<d@example.com>\r\nDATA\r\n${MESSAGE}${QUIT}`],
  ['null reverse-path', `${EHLO}MAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n${MESSAGE}${QUIT}`],
  ['MAIL before EHLO', `MAIL FROM:<a@example.net>\r\n${QUIT}`],
  ['RCPT before MAIL', `${EHLO}RCPT TO:<b@example.com>\r\n${QUIT}`],
  ['DATA before MAIL', `${EHLO}DATA\r\n${QUIT}`],
  ['DATA before RCPT', `${EHLO}MAIL FROM:<a@example.net>\r\nDATA\r\n${QUIT}`],
  ['MAIL twice', `${EHLO}MAIL FROM:<a@example.net>\r\nMAIL FROM:<b@example.net>\r\n${QUIT}`],
  ['RSET in the middle', `${ENVELOPE}RSET\r\nDATA\r\n${QUIT}`],
  [
    'RSET, then a new transaction',
    `${ENVELOPE}RSET\r\nMAIL FROM:<c@d.e>\r\nRCPT TO:<f@g.h>\r\nDATA\r\n${MESSAGE}${QUIT}`,
  ],
  ['EHLO in the middle resets', `${ENVELOPE}${EHLO}DATA\r\n${QUIT}`],
  ['NOOP', `${EHLO}NOOP\r\n${QUIT}`],
  ['NOOP with an argument', `${EHLO}NOOP here\r\n${QUIT}`],
  ['NOOP in a transaction changes nothing', `${ENVELOPE}NOOP\r\nDATA\r\n${MESSAGE}${QUIT}`],
  ['EHLO without argument', `EHLO\r\n${QUIT}`],
  ['HELO without argument', `HELO\r\n${QUIT}`],
  ['MAIL without FROM', `${EHLO}MAIL\r\n${QUIT}`],
  ['MAIL with TO', `${EHLO}MAIL TO:<a@example.net>\r\n${QUIT}`],
  ['RCPT without TO', `${EHLO}MAIL FROM:<a@example.net>\r\nRCPT\r\n${QUIT}`],
  ['RCPT with the null path', `${EHLO}MAIL FROM:<a@example.net>\r\nRCPT TO:<>\r\n${QUIT}`],
  ['SIZE below the limit', `${EHLO}MAIL FROM:<a@example.net> SIZE=5000\r\n${QUIT}`],
  ['SIZE above the limit', `${EHLO}MAIL FROM:<a@example.net> SIZE=50000\r\n${QUIT}`],
  ['BODY=8BITMIME', `${EHLO}MAIL FROM:<a@example.net> BODY=8BITMIME\r\n${QUIT}`],
  [
    'message above the limit',
    `${ENVELOPE}DATA\r\n${'x'.repeat(70)}\r\n${`${'y'.repeat(70)}\r\n`.repeat(200)}.\r\n${QUIT}`,
  ],
  ['stuffed dots', `${ENVELOPE}DATA\r\n..\r\n..x\r\n.\r\n${QUIT}`],
  ['an empty message', `${ENVELOPE}DATA\r\n.\r\n${QUIT}`],
  ['a dot inside a line does not end', `${ENVELOPE}DATA\r\nx.\r\n.x\r\n.\r\n${QUIT}`],
  ['LF.LF does not end', `${ENVELOPE}DATA\r\nx\n.\ny\r\n.\r\n${QUIT}`],
  ['AUTH PLAIN with initial response', `${EHLO}AUTH PLAIN ${PLAIN}\r\n${QUIT}`],
  ['AUTH PLAIN without initial response', `${EHLO}AUTH PLAIN\r\n${PLAIN}\r\n${QUIT}`],
  ['AUTH PLAIN with a wrong password', `${EHLO}AUTH PLAIN ${WRONG}\r\n${QUIT}`],
  ['AUTH PLAIN with too few parts', `${EHLO}AUTH PLAIN ${base64('user')}\r\n${QUIT}`],
  ['AUTH LOGIN', `${EHLO}AUTH LOGIN\r\n${base64('user')}\r\n${base64('secret')}\r\n${QUIT}`],
  ['AUTH LOGIN with a wrong password', `${EHLO}AUTH LOGIN\r\n${base64('user')}\r\n${base64('no')}\r\n${QUIT}`],
  ['AUTH cancelled', `${EHLO}AUTH PLAIN\r\n*\r\n${QUIT}`],
  ['AUTH with an unknown mechanism', `${EHLO}AUTH NTLM\r\n${QUIT}`],
  ['AUTH twice', `${EHLO}AUTH PLAIN ${PLAIN}\r\nAUTH PLAIN ${PLAIN}\r\n${QUIT}`],
  [
    'mail after AUTH',
    `${EHLO}AUTH PLAIN ${PLAIN}\r\nMAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n${MESSAGE}${QUIT}`,
  ],
  ['unknown command', `${EHLO}WHATEVER\r\n${QUIT}`],
  ['an empty line', `${EHLO}\r\n${QUIT}`],
  ['VRFY', `${EHLO}VRFY user\r\n${QUIT}`],
  ['HELP', `${EHLO}HELP\r\n${QUIT}`],
];

/** Where we differ on purpose: what each says, and why ours does. */
const DIFFERENT: Readonly<Record<string, { readonly ours: string; readonly oracle: string; readonly why: string }>> =
  {};

test('there are at least forty sequences', () => {
  expect(SAME.length).toBeGreaterThanOrEqual(40);
});

test.each(SAME)('%s', async (name, octets) => {
  const [mine, theirs] = await Promise.all([codesOf(ours.port, octets), codesOf(oraclePort, octets)]);
  const expected = DIFFERENT[name];
  if (expected === undefined) expect({ codes: mine }).toEqual({ codes: theirs });
  else expect({ ours: mine, oracle: theirs }).toEqual({ ours: expected.ours, oracle: expected.oracle });
});
