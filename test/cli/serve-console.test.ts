import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { RotatingFile } from '../../src/cli/rotating-file';
import { ServeConsole } from '../../src/cli/serve-console';
import { scenario, startMockServer, type MockServer } from '../../src/mock/mock-server';
import { finished, says, start } from './support';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'serve-console-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const listening = /listening on 127\.0\.0\.1:(\d+)/;

async function send(port: number): Promise<void> {
  await createTransport({ host: '127.0.0.1', port, name: 'sender.example.net', ignoreTLS: true }).sendMail({
    envelope: { from: 'a@example.net', to: ['x@example.com'] },
    raw: 'Message-ID: <1@example.net>\r\nSubject: x\r\n\r\nhello\r\n',
  });
}

describe('the console of a person', () => {
  let server: MockServer;
  beforeEach(async () => {
    server = await startMockServer(scenario('console').persona('domino-6.5'));
  });
  afterEach(() => server.stop());

  function terminal(): { screen: ServeConsole; input: PassThrough; shown: () => string } {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const tty = { isTTY: true, columns: 80, setRawMode: () => undefined };
    let shown = '';
    output.on('data', (text: Buffer) => (shown += text.toString()));
    const streams = {
      input: Object.assign(input, tty),
      output: Object.assign(output, tty),
      interrupt: () => undefined,
    };
    return { screen: new ServeConsole(streams), input, shown: () => shown };
  }

  test('completes a command at Tab, and ends at quit', async () => {
    const { screen, input, shown } = terminal();
    const end = screen.run(server.task);
    // A Tab amid other octets would be pasted text.
    for (const typed of ['tell smtp up', '\t', ' conf', '\t', '\r']) input.write(typed);
    input.write('quit\r');
    expect(await end).toBe('quit');
    expect(shown()).toContain('tell smtp update config');
  });

  test('prints above the prompt what happens meanwhile', async () => {
    const { screen, input, shown } = terminal();
    const end = screen.run(server.task);
    input.write('show ta');
    screen.print('SMTP Server: 127.0.0.1 connected');
    input.write('sks\r');
    input.write('quit\r');
    await end;
    expect(shown()).toMatch(/\x1b\[2KSMTP Server: 127\.0\.0\.1 connected\n/);
    expect(shown()).toContain('Listen for connect requests on TCP Port:');
  });

  test('ends at Ctrl-D, and says so', async () => {
    const { screen, input } = terminal();
    const end = screen.run(server.task);
    input.write('\x04');
    expect(await end).toBe('end-of-input');
  });

  test('stays when the port is taken while the task is down', async () => {
    const { screen, input, shown } = terminal();
    const end = screen.run(server.task);
    input.write('tell smtp quit\r');
    const other = await startMockServerOn(server);
    input.write('load smtp\r');
    input.write('quit\r');
    await end;
    await other.stop();
    expect(shown()).toContain('another program has this port');
  });

  /** Waits until the port is free, and takes it. */
  async function startMockServerOn(first: MockServer): Promise<MockServer> {
    const { port } = first;
    while (first.task.isListening) await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      try {
        return await startMockServer(scenario('other'), { port });
      } catch {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }
});

describe('serve --console from a pipe', () => {
  test('acts on each line and stops at quit', async () => {
    const child = start('serve', '--port', '0', '--console', '--quiet');
    const lines = 'set config SMTPErrorLimit=4\nshow config SMTPErrorLimit\nshow tasks\nquit\n';
    const { code, out } = await finished(child, lines);
    expect(code).toBe(0);
    expect(out).toContain('SMTPErrorLimit=4');
    expect(out).toContain('Control task');
  });

  test('goes on serving when the pipe ends without quit', async () => {
    const child = start('serve', '--port', '0', '--console', '--quiet', '--messages', '1');
    const port = Number((await says(child, listening))[1]);
    const end = finished(child, 'set config SMTPGreeting=Acme ready\n');
    for (let greeting = ''; !greeting.includes('Acme');) greeting = await greetingOf(port);
    await send(port);
    expect((await end).code).toBe(0);
  });
});

function greetingOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('data', (octets: Buffer) => {
      socket.destroy();
      resolve(octets.toString());
    });
  });
}

describe('what serve writes', () => {
  test('the Domino log is shown, the events go to a file, and the statistics are there at the end', async () => {
    const [events, json, prometheus] = ['events.log', 'stats.json', 'stats.prom'].map((name) => join(folder, name));
    const files = [
      '--log-file',
      events,
      '--log-format',
      'json',
      '--stats-json',
      json,
      '--stats-prometheus',
      prometheus,
    ];
    const child = start('serve', '--port', '0', '--log', 'domino', '--messages', '1', ...(files as string[]));
    const end = finished(child);
    await send(Number((await says(child, listening))[1]));
    const { out } = await end;
    expect(out).toMatch(/ {3}SMTP Server: Originator: <a@example\.net>\n/);
    expect(out).toContain('disconnected. 1 message[s] received');
    const first = readFileSync(events ?? '', 'utf8')
      .split('\n')
      .slice(0, 2);
    expect(first.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { type: 'connected', connection: 1 },
      { type: 'reply', connection: 1, code: 220 },
    ]);
    expect(JSON.parse(readFileSync(json ?? '', 'utf8'))).toMatchObject({ 'SMTP.MessagesProcessed': 1 });
    expect(readFileSync(prometheus ?? '', 'utf8')).toContain('smtp_messages_processed_total 1\n');
  });

  test('the Domino log looks as it is asked to', async () => {
    const hosts = join(folder, 'hosts');
    writeFileSync(hosts, '# names\n127.0.0.1 mail.example.com other\nno address\n');
    const look = [
      '--log-date',
      'mm/dd/yyyy',
      '--log-prefix',
      'windows',
      '--log-hosts',
      hosts,
      '--log-wordings',
      'seen',
    ];
    const child = start('serve', '--port', '0', '--log', 'domino', '--messages', '1', ...look);
    const end = finished(child);
    await send(Number((await says(child, listening))[1]));
    const { out } = await end;
    const head = String.raw`\[[0-9A-F]+:[0-9A-F]{4}-0001\] \d\d/\d\d/\d{4} \d\d:\d\d:\d\d [AP]M {2}SMTP Server: `;
    expect(out).toMatch(
      new RegExp(`^${head}mail\\.example\\.com \\(127\\.0\\.0\\.1\\) disconnected\\. 1 message`, 'm'),
    );
    expect(out).not.toContain('Shutdown');
  });

  test('variables of a notes.ini file hold, and one that is not known is named', async () => {
    const file = join(folder, 'notes.ini');
    writeFileSync(file, '[Notes]\nKitType=2\nSMTPGreeting=Acme ready\nSMTPErrorLimits=3\n');
    const child = start('serve', '--port', '0', '--notes-ini', file, '--sessions', '1', '--quiet');
    const problem = says(child, /warning: SMTPErrorLimits is not a notes\.ini variable/);
    const end = finished(child);
    const [, port] = await says(child, listening);
    await problem;
    expect(await greetingOf(Number(port))).toBe('220 Acme ready\r\n');
    expect((await end).code).toBe(0);
  });

  test('a log format that is not known is a mistake', async () => {
    expect(await finished(start('serve', '--log', 'dominoes'))).toMatchObject({ code: 2 });
  });
});

describe('a rotating file', () => {
  const of = (mostOctets: number, kept: number, troubles: string[] = []): RotatingFile =>
    new RotatingFile(join(folder, 'a.log'), { mostOctets, kept, trouble: (reason) => troubles.push(reason) });
  const content = (name: string): string => readFileSync(join(folder, name), 'utf8');

  test('is begun anew before it grows beyond its size, and the oldest goes', () => {
    const file = of(10, 2);
    for (const line of ['one', 'two', 'three', 'four', 'five', 'six', 'seven']) file.line(line);
    file.close();
    expect(readdirSync(folder).sort()).toEqual(['a.log', 'a.log.1', 'a.log.2']);
    expect([content('a.log.2'), content('a.log.1'), content('a.log')]).toEqual([
      'three\n',
      'four\nfive\n',
      'six\nseven\n',
    ]);
  });

  test('has a line in it a moment after it was written, and at once when there are many', () => {
    jest.useFakeTimers();
    try {
      const file = of(1e6, 2);
      file.line('alone');
      expect(content('a.log')).toBe('');
      jest.advanceTimersByTime(50);
      expect(content('a.log')).toBe('alone\n');
      for (let index = 0; index < 1000; index += 1) file.line('many');
      expect(content('a.log')).toBe(`alone\n${'many\n'.repeat(1000)}`);
      file.close();
    } finally {
      jest.useRealTimers();
    }
  });

  test('goes on behind what is there', () => {
    for (const line of ['one', 'two']) {
      const file = of(100, 2);
      file.line(line);
      file.close();
    }
    expect(content('a.log')).toBe('one\ntwo\n');
  });

  test('keeps a line longer than a file in one of its own', () => {
    const file = of(10, 3);
    for (const line of ['a', 'x'.repeat(50), 'b']) file.line(line);
    file.close();
    expect([content('a.log.2'), content('a.log.1').length, content('a.log')]).toEqual(['a\n', 51, 'b\n']);
  });

  test('tells its trouble once, and goes on when it is over', () => {
    const troubles: string[] = [];
    const file = of(3, 1, troubles);
    file.line('ab');
    file.close();
    rmSync(folder, { recursive: true });
    for (const line of ['cd', 'ef']) {
      file.line(line);
      file.close();
    }
    expect(troubles).toHaveLength(1);
    folder = mkdtempSync(join(tmpdir(), 'serve-console-'));
  });
});
