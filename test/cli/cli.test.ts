import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { cli, cliWith, finished, says, start } from './support';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'smtp-gauntlet-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

function send(port: number): Promise<unknown> {
  return createTransport({ host: '127.0.0.1', port, name: 'sender.example.net', ignoreTLS: true }).sendMail({
    envelope: { from: 'a@example.net', to: ['x@example.com'] },
    raw: 'Message-ID: <1@example.net>\r\nSubject: x\r\n\r\nhello\r\n',
  });
}

describe('help and usage', () => {
  test('--help teaches what to try first', async () => {
    const { code, out } = await cli('--help');
    expect(code).toBe(0);
    expect(out).toContain('smtp-gauntlet serve domino-hardened');
    expect(out).toContain('Exit codes');
  });

  test.each([
    [['sevre'], 'serve'],
    [['serve', '--prot', '25'], '--port'],
    [['show', 'dnsbl-545'], 'did you mean "dnsbl-554"?'],
    [['serve', 'domino-hardend'], 'domino-hardened'],
    [['list', 'personnas'], 'did you mean "personas"?'],
    [['list', 'scenarios', '--unjudged'], 'list obligations --unjudged'],
    [['run', '--client', 'postfx'], 'did you mean "postfix"?'],
    [['run', '--obligation', 'quit-before-closing'], 'did you mean "quit-before-close"?'],
    [['run', 'no-such-scenario-at-all'], 'no scenario is called'],
    [['run', '--format', 'pdf', 'plain'], 'no report format is called "pdf"'],
    [['run', '--update-known', 'plain'], '--update-known needs --known FILE'],
    [['serve', '--port', '70000'], 'expected a port number'],
    [['serve', '--host', '0.0.0.0'], 'add --any-interface'],
    [['transcript', '/no/such/record'], 'no such file'],
    [['judge', '/no/such/record'], 'no such file'],
    [['check', '/no/such/scenario.yaml'], 'scenario.yaml'],
  ])('%j is a mistake with a hint, exit 2, no stack', async (words, hint) => {
    const { code, err } = await cli(...words);
    expect(err).toContain(hint);
    expect(err).not.toMatch(/\n\s+at /);
    expect(code).toBe(2);
  });
});

test('list obligations --unjudged names each with its reason, and counts them', async () => {
  const { code, out } = await cli('list', 'obligations', '--unjudged');
  expect(code).toBe(0);
  expect(out).toMatch(/^dot-split\n {2}\S.*\.\nauth-layer-reehlo\n {2}\S.*\.\n/);
  expect(out).toContain('2 of 146 obligations are not judged');
  const json = await cli('list', 'obligations', '--unjudged', '--json');
  expect((JSON.parse(json.out) as { name: string }[]).map(({ name }) => name)).toEqual([
    'dot-split',
    'auth-layer-reehlo',
  ]);
});

describe('check', () => {
  test('a good file is ok', async () => {
    const path = file('good.yaml', 'name: good\ntitle: "A good one"\nrules:\n  - { on: RCPT, reply: "450 later" }\n');
    expect(await cli('check', path)).toMatchObject({ code: 0, out: `${path}: ok\n` });
  });

  test('a wrong file is told with file, line, column and the nearest word', async () => {
    const path = file('bad.yaml', 'name: bad\ntitle: "A bad one"\nrules:\n  - on: RCTP\n    reply: "450 later"\n');
    const { code, err } = await cli('check', path);
    expect(code).toBe(2);
    expect(err).toMatch(/bad\.yaml:4:9: .*RCTP.*RCPT/s);
  });

  test('standard input is read for -', async () => {
    const { code, err } = await cliWith('name: x\ntitle: "x"\nrulez: []\n', 'check', '-');
    expect(code).toBe(2);
    expect(err).toMatch(/standard input:3:1: .*"rules"/s);
  });

  test('an unknown persona is told before anything starts', async () => {
    const path = file('persona.yaml', 'name: p\ntitle: "p"\npersona: domino-6.6\n');
    const { code, err } = await cli('serve', path);
    expect(code).toBe(2);
    expect(err).toContain('domino-6.5');
  });
});

test.each([
  [['transcript', '/nowhere/trial'], /^smtp-gauntlet: \/nowhere\/trial: there is no such file or folder$/m],
  [['check', tmpdir()], /: is a folder; expected a file$/m],
  [['serve', 'plain', '--port', '0', '--port-file', '/nowhere/port'], /^smtp-gauntlet: \/nowhere\/port: there is no/m],
  [['show', 'plain', '--diff', 'nobody'], /unknown persona "nobody"/],
])('%j is told in words, without a stack, and ends', async (args, message) => {
  const { code, err } = await cli(...args);
  expect(code).toBe(2);
  expect(err).toMatch(message);
  expect(err).not.toMatch(/^\s+at /m);
});

test('run tells of an unknown persona before anything is run', async () => {
  const { code, err } = await cli('run', file('voice.yaml', 'name: p\npersona: domino-6.6\n'));
  expect(code).toBe(2);
  expect(err).toMatch(/voice\.yaml:2:10: unknown persona/);
});

describe('serve', () => {
  test('shows the dialogue, saves the message, ends after it', async () => {
    const child = start('serve', 'plain', '--port', '0', '--messages', '1', '--save', join(folder, 'mail'));
    const done = finished(child);
    const [, port = ''] = await says(child, /listening on 127\.0\.0\.1:(\d+)/);
    await send(Number(port));
    const { code, out, err } = await done;
    expect(code).toBe(0);
    expect(out).toContain('C: MAIL FROM:<a@example.net>');
    expect(err).toContain('1 messages accepted');
    const [eml = ''] = readdirSync(join(folder, 'mail')).filter((name) => name.endsWith('.eml'));
    expect(readFileSync(join(folder, 'mail', eml), 'utf8')).toContain('hello');
  });

  test('a port in use is told with what to do', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const { code, err } = await cli('serve', 'plain', '--port', String(port));
    taken.close();
    expect(code).toBe(2);
    expect(err).toContain(String(port));
    expect(err).toContain('another program has this port');
    expect(err).not.toMatch(/\n\s+at /);
  });

  test('Ctrl-C stops in good order', async () => {
    const child = start('serve', 'plain', '--port', '0');
    const done = finished(child);
    await says(child, /listening on/);
    child.kill('SIGINT');
    expect(await done).toMatchObject({ code: 0, err: expect.stringContaining('stopped: 0 connections') });
  });

  test.each(['INT', 'TERM', 'HUP'])(
    'SIG%s ends a run in good order: the client is stopped, the report is written',
    async (name) => {
      // The client itself interrupts who started it, and would then sleep for an hour.
      const { code, out } = await cli(
        'run',
        'plain',
        '-q',
        '--',
        'sh',
        '-c',
        `kill -${name} $PPID; exec sleep 3600`,
        '{host} {port} {tos}',
      );
      expect(code).toBe(130);
      expect(out).toContain('1 trial run');
    },
  );

  test.each(['--messages', '--sessions'])('Ctrl-C stops it before its %s have come', async (limit) => {
    const child = start('serve', 'plain', '--port', '0', limit, '5');
    const done = finished(child);
    await says(child, /listening on/);
    child.kill('SIGINT');
    expect((await done).code).toBe(130);
  });

  test('the port can be had from a file', async () => {
    const path = join(folder, 'port');
    const child = start('serve', 'plain', '--port', '0', '--port-file', path);
    const done = finished(child);
    const [, port] = await says(child, /listening on 127\.0\.0\.1:(\d+)/);
    expect(readFileSync(path, 'utf8')).toBe(`${port}\n`);
    child.kill('SIGTERM');
    await done;
  });

  test('a server of both families names both addresses', async () => {
    const scenario = file('both.yaml', 'name: both\nserver: { families: [ipv4, ipv6] }\n');
    const child = start('serve', scenario, '--port', '0');
    const [, four, six] = await says(child, /listening on 127\.0\.0\.1:(\d+) and \[::1\]:(\d+),/);
    expect(six).toBe(four);
    child.kill('SIGINT');
    await finished(child);
  });
});

describe('run, judge, transcript', () => {
  test('a run keeps records; judging them again gives the same verdicts', async () => {
    const records = join(folder, 'records');
    const ran = await cli(
      'run',
      'dnsbl-554',
      '--client',
      'sender:well-behaved',
      '--record',
      records,
      '--format',
      'json',
    );
    expect(ran.code).toBe(0);
    expect(ran.err).toMatch(/^took \d+\.\d s; the longest trial, \S+ \S+, \d+\.\d s$/m);
    const judged = await cli('judge', records, '--format', 'json');
    const verdicts = (json: string): unknown => {
      const card = JSON.parse(json) as { clients: { trials: { judgement: { verdicts: unknown } }[] }[] };
      return card.clients[0]?.trials[0]?.judgement.verdicts;
    };
    expect(verdicts(judged.out)).toEqual(verdicts(ran.out));
    const shown = await cli('transcript', join(records, 'well-behaved', 'dnsbl-554'));
    expect(shown.out).toContain('S: 554 ');
    expect(shown.out).toContain('policy: dnsBlacklist');
  });

  test('a broken MUST is exit 1; known findings are not; --no-fail only reports', async () => {
    const words = ['run', 'plain', '--client', 'sender:no-quit', '--quiet'];
    const known = join(folder, 'known.json');
    expect((await cli(...words)).code).toBe(1);
    expect((await cli(...words, '--no-fail')).code).toBe(0);
    expect((await cli(...words, '--known', known, '--update-known')).code).toBe(0);
    expect((await cli(...words, '--known', known)).code).toBe(0);
    writeFileSync(known, readFileSync(known, 'utf8').replaceAll('quit-before-close', 'quit-before-closing'));
    const mistyped = await cli(...words, '--known', known);
    expect(mistyped.code).toBe(1);
    expect(mistyped.err).toContain('no obligation is called "quit-before-closing"');
    expect(mistyped.err).toContain('did you mean "quit-before-close"?');
  });

  test('any command can be the client', async () => {
    const script = file(
      'client.cjs',
      `const [, , host, port, from, to] = process.argv;
       const lines = ['EHLO a.example.net', 'MAIL FROM:<' + from + '>', 'RCPT TO:<' + to + '>', 'RSET', 'QUIT'];
       const socket = require('node:net').connect(Number(port), host);
       socket.on('data', (d) => { if (/^\\d{3} /m.test(String(d)) && lines.length) socket.write(lines.shift() + '\\r\\n'); });`,
    );
    const { code, out } = await cli(
      'run',
      'dnsbl-554',
      '--no-fail',
      '--',
      process.execPath,
      script,
      '{host}',
      '{port}',
      '{from}',
      '{to}',
    );
    expect(out).toContain('1 trial run');
    expect(code).toBe(0);
  });

  test('a client command that does not exist is exit 3, told by name', async () => {
    const { code, out, err } = await cli('run', 'plain', '--', '/no/such/program', '{host}', '{port}');
    expect(code).toBe(3);
    expect(out + err).toContain('/no/such/program');
    const text = await cli('run', 'plain', '--', __filename, '{host}', '{port}');
    expect(text).toMatchObject({ code: 3, out: expect.stringContaining('not an executable file: the program') });
  });

  test('a dry run says what would be run and why the rest would not', async () => {
    const { code, out } = await cli('run', '--dry-run', '--client', 'nodemailer', '--tag', 'seed');
    expect(code).toBe(0);
    expect(out).toMatch(/dnsbl-554 +would be run/);
    expect(out).toMatch(/backup-server +not run: can't be given several servers/);
  });
});

test('every scenario, persona and sender can be shown', async () => {
  for (const words of [
    ['show', 'greylisting'],
    ['show', 'persona', 'domino-6.5'],
    ['show', 'quit-before-close'],
    ['show', 'ratware-one-packet'],
    ['show', 'pix-fixup-noop'],
  ]) {
    const { code, out } = await cli(...words);
    expect(code).toBe(0);
    expect(out.length).toBeGreaterThan(100);
  }
});
