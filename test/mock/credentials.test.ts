// Nothing that a client gave as a credential stays on the record, however oddly it was sent and whatever became of it.

import { connect as dialTcp } from 'node:net';
import { scenario, startMockServer, type MockServer } from '../../src/mock/mock-server';
import { writeTrace } from '../../src/wire/trace-json';

const PASSWORD = 'hunter2hunter2';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const PLAIN = base64(`\0bob\0${PASSWORD}`);
const SECRETS = [PLAIN, base64('bobbob'), base64(PASSWORD), PASSWORD, base64('otherother')];

let server: MockServer;
afterEach(() => server.stop());

/** One write with all of it, then FIN; what the record of the connection looks like on disk, and what the client read. */
async function record(octets: string): Promise<{ readonly text: string; readonly heard: string }> {
  let heard = '';
  await new Promise<void>((resolve) => {
    const socket = dialTcp(server.port, '127.0.0.1', () => socket.end(Buffer.from(octets, 'latin1')));
    socket.on('data', (data) => (heard += data.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
  const [connection] = await server.connections({ count: 1 });
  if (connection === undefined) throw new Error('no connection');
  return { text: [...writeTrace(connection.trace)].join('\n'), heard };
}

const withAuth = { auth: { users: { bob: PASSWORD } } };
const silent = (): ReturnType<typeof scenario> =>
  scenario().server(withAuth).on('AUTH').next('mute').on('NOOP').next('close');

const SPOKEN: readonly (readonly [what: string, lines: readonly string[]])[] = [
  ['as it should be', [`AUTH PLAIN ${PLAIN}`]],
  ['in small letters and with blanks', [`  auth   plain\t${PLAIN}`]],
  ['without a mechanism', [`AUTH ${PLAIN}`]],
  ['glued', [`AUTH=PLAIN ${PLAIN}`, `AUTHPLAIN ${PLAIN}`, `AUTH PLAIN=${PLAIN}`]],
  ['not in base64', [`AUTH PLAIN bob ${PASSWORD}`]],
  ['line by line', ['AUTH LOGIN', base64('bobbob'), base64(PASSWORD)]],
  ['more lines than were asked for', ['AUTH LOGIN', base64('bobbob'), base64('otherother'), base64(PASSWORD)]],
  ['for a mechanism that is refused', ['AUTH FOO', base64('bobbob'), base64(PASSWORD)]],
  ['twice, in a transaction', ['MAIL FROM:<a@b.c>', `AUTH PLAIN ${PLAIN}`, `AUTH PLAIN ${PLAIN}`]],
];

describe.each([
  ['AUTH is there', () => scenario().server(withAuth)],
  ['Domino without AUTH, which quotes the line', () => scenario().persona('domino-6.5')],
  ['a rule that quotes the line', () => scenario().server(withAuth).on('AUTH').reply('501 {argument} {line:full}')],
  ['a rule that asks and quotes', () => scenario().on('AUTH').reply('334 ').on('auth-response').reply('535 {line}')],
  [
    'a dribbled quote',
    () =>
      scenario()
        .on('AUTH')
        .reply('535 {line}', { dribble: { octets: 3, every: '1 ms' } }),
  ],
  ['a firewall that masks AUTH', () => scenario().server(withAuth).path(['pix-fixup'])],
  ['a server that fell silent', silent],
] as const)('%s', (_, build) => {
  it.each(SPOKEN)('%s', async (_what, lines) => {
    server = await startMockServer(build());
    const { text } = await record(`EHLO a\r\n${lines.join('\r\n')}\r\nQUIT\r\n`);
    for (const secret of SECRETS) expect(text).not.toContain(secret);
  });
});

it('the client hears its echo all the same', async () => {
  server = await startMockServer(scenario().persona('domino-6.5'));
  const { text, heard } = await record(`EHLO a\r\nAUTH PLAIN ${PLAIN}\r\nQUIT\r\n`);
  expect(heard).toContain(`500 Syntax error, command "AUTH PLAIN ${PLAIN}" unrecognized\r\n`);
  expect(text).toContain(`500 Syntax error, command \\"AUTH PLAIN ${'*'.repeat(PLAIN.length)}\\" unrecognized`);
});

it('what never became a line: behind a close, behind STARTTLS, without its end', async () => {
  server = await startMockServer(silent());
  expect((await record(`EHLO a\r\nNOOP\r\nAUTH PLAIN ${PLAIN}\r\n`)).text).not.toContain(PLAIN);
  await server.stop();
  server = await startMockServer(scenario().server({ ...withAuth, tls: {} }));
  expect((await record(`EHLO a\r\nSTARTTLS\r\nAUTH PLAIN ${PLAIN}\r\n`)).text).not.toContain(PLAIN);
  await server.stop();
  server = await startMockServer(scenario().server(withAuth));
  expect((await record(`EHLO a\r\nAUTH PLAIN\r\n${PLAIN}`)).text).not.toContain(PLAIN);
});

it('a name that nobody knows may be a password, and is masked where the failure is noted; a known one is not', async () => {
  server = await startMockServer(scenario().server(withAuth));
  const wrong = await record(`EHLO a\r\nAUTH LOGIN\r\n${base64(PASSWORD)}\r\nx\r\nQUIT\r\n`);
  expect(wrong.text).not.toContain(PASSWORD);
  await server.stop();
  server = await startMockServer(scenario().server(withAuth));
  const known = await record(`EHLO a\r\nAUTH LOGIN\r\n${base64('bob')}\r\nx\r\nQUIT\r\n`);
  expect(known.text).toContain('"fact":"authentication-failed","detail":"bob"');
});

it('keepSecrets keeps them', async () => {
  server = await startMockServer(scenario().server(withAuth), { keepSecrets: true });
  expect((await record(`EHLO a\r\nAUTH PLAIN ${PLAIN}\r\nQUIT\r\n`)).text).toContain(PLAIN);
});

it('mail data that speaks of AUTH stays as it is, also when something else was left over', async () => {
  server = await startMockServer(scenario().on('NOOP').next('close'));
  const body = `Subject: AUTH\r\n\r\nAUTH PLAIN ${PLAIN}\r\nword\r\n`;
  const { text } = await record(
    `EHLO a\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n${body}.\r\nNOOP\r\nAUTH PLAIN ${base64(PASSWORD)}\r\n`,
  );
  expect(text).toContain(PLAIN);
  expect(text).not.toContain(base64(PASSWORD));
  expect((await server.message()).content?.toString('latin1')).toBe(body);
});

describe('below the plain layer, an echo is hidden when it is told and on the record', () => {
  const long = base64(Array.from({ length: 2000 }, (_, number) => `secret ${number * number} `).join(''));
  it.each([
    ['whole', 'domino-6.5', ['pix-fixup'], PLAIN],
    ['cut by the length of a reply', 'domino-6.5', ['pix-fixup'], long],
    ['in pieces', 'domino-6.5', [{ slicer: { direction: 'server', cut: 5, every: '1 ms' } }], PLAIN],
  ] as const)('%s', async (_, persona, path, secret) => {
    const told = new Map<string, string>();
    server = await startMockServer(
      scenario()
        .persona(persona)
        .path([...path]),
      {
        onEvent: (_trace, event) => {
          if (event.type !== 'sent') return;
          told.set(event.layer, (told.get(event.layer) ?? '') + String(event.octets));
        },
      },
    );
    const { text, heard } = await record(`EHLO a\r\nAUTH PLAIN ${secret}\r\nQUIT\r\n`);
    expect(heard).toContain(secret.slice(0, 80));
    const shown = [...told.values(), text].join('\n');
    expect(told.has('wire')).toBe(true);
    for (let at = 0; at < Math.min(secret.length, 400); at += 8) expect(shown).not.toContain(secret.slice(at, at + 8));
  });
});
