import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enterConsole } from '../../src/mock/domino-console';
import { scenario, startMockServer, type MockServer, type MockServerOptions } from '../../src/mock/mock-server';
import type { ScenarioBuilder } from '../../src/scenario/builder';
import { virtualClock } from '../../src/wire/clock';

let server: MockServer;
let lines: string[];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.stop();
});

const AT_NINE = { year: 2004, month: 2, day: 18, hour: 9, minute: 52, second: 7 };

async function start(source: ScenarioBuilder, options: MockServerOptions = {}): Promise<void> {
  lines = [];
  server = await startMockServer(source, {
    onLogLine: (line) => lines.push(line),
    log: { dateOf: () => AT_NINE },
    ...options,
  });
}

/** A client that says one line at a time and waits for its reply. */
class Talk {
  readonly closed: Promise<void>;
  private readonly socket: Socket;
  private text = '';
  private taken = 0;
  private wake: () => void = () => undefined;

  constructor(port = server.port) {
    this.socket = connect(port, '127.0.0.1');
    sockets.push(this.socket);
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
    this.socket.on('error', () => undefined);
    this.socket.on('data', (octets: Buffer) => {
      this.text += octets.toString('latin1');
      this.wake();
    });
  }

  /** The next reply, its last line without CRLF. */
  async reply(): Promise<string> {
    for (;;) {
      const found = /(?:^\d{3}-.*\r\n)*^(\d{3}(?: .*)?)\r\n/m.exec(this.text.slice(this.taken));
      if (found !== null) {
        this.taken += found.index + found[0].length;
        return found[1] ?? '';
      }
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  say(line: string): Promise<string> {
    this.socket.write(`${line}\r\n`, 'latin1');
    return this.reply();
  }

  end(): void {
    this.socket.end();
  }
}

async function greeted(): Promise<Talk> {
  const talk = new Talk();
  await talk.reply();
  await talk.say('EHLO client.example.net');
  return talk;
}

async function type(line: string): Promise<readonly string[]> {
  return (await enterConsole(server.task, line)).lines;
}

const domino = (server: Readonly<Record<string, unknown>> = {}): ScenarioBuilder =>
  scenario('desk').persona('domino-6.5').server(server);

describe('the log', () => {
  it("reads like the article's for a delivery", async () => {
    await start(domino());
    const talk = await greeted();
    await talk.say('MAIL FROM:<originator>');
    await talk.say('RCPT TO:<recipient@example.com>');
    await talk.say('DATA');
    expect(await talk.say('Message-ID: <1@example.net>\r\n\r\nhello\r\n.')).toContain('250');
    expect(await talk.say('QUIT')).toContain('221');
    talk.end();
    await server.connections({ count: 1 });
    expect(lines.map((line) => line.replace(/Message [0-9A-F]{8} /, 'Message NOTE '))).toEqual([
      '18/02/2004 09:52:07   SMTP Server: Starting...',
      '18/02/2004 09:52:07   SMTP Server: Started',
      '18/02/2004 09:52:07   SMTP Server: 127.0.0.1 connected',
      '18/02/2004 09:52:07   SMTP Server: Originator: <originator>',
      '18/02/2004 09:52:07   SMTP Server: Recipient: <recipient@example.com>',
      '18/02/2004 09:52:07   SMTP Server: Message NOTE (MessageID: <1@example.net>) received from 127.0.0.1 size 38 bytes',
      '18/02/2004 09:52:07   SMTP Server: 127.0.0.1 disconnected. 1 message[s] received',
    ]);
  });

  it('says nothing of what is only inferred when that is switched off', async () => {
    const policies = { privateBlacklist: { hosts: ['127.0.0.1'] } };
    await start(domino({ policies }), { log: { dateOf: () => AT_NINE, inferred: false } });
    const talk = await greeted();
    expect(await talk.say('MAIL FROM:<a@example.net>')).toBe('554 Connection denied based on policy reason.');
    talk.end();
    await server.connections({ count: 1 });
    expect(lines.slice(2).map((line) => line.slice(35))).toEqual([
      '127.0.0.1 connected',
      '127.0.0.1 disconnected. 0 message[s] received',
    ]);
  });

  it('shows commands and replies while SMTPDebugIO asks for them, behind a prefix', async () => {
    await start(domino());
    const talk = await greeted();
    await type('set config SMTPDebugIO=3');
    await talk.say('NOOP');
    await type('set config SMTPDebugIO=');
    await talk.say('NOOP');
    const debug = lines.filter((line) => line.includes('] R: ') || line.includes('] S: '));
    expect(debug).toHaveLength(2);
    expect(debug[0]).toMatch(/^\[\d{5}:00001-00001\] R: NOOP$/);
  });

  it('shows none of them any more to a session that began while it did', async () => {
    await start(domino({ notesIni: { SMTPDebugIO: 3 } }));
    const talk = await greeted();
    await type('set config SMTPDebugIO=0');
    lines.length = 0;
    await talk.say('NOOP');
    expect(lines).toEqual([]);
  });
});

describe('statistics', () => {
  it('count what was said, and every content line that was taken for a command', async () => {
    await start(domino({ policies: { recipients: { known: ['nobody@example.com'] } } }));
    const talk = await greeted();
    await talk.say('MAIL FROM:<spam@example.net>');
    expect(await talk.say('RCPT TO:<you@example.com>')).toContain('550');
    await talk.say('DATA');
    await talk.say('Subject: Your Meds');
    await talk.say('.');
    expect(await type('show stat smtp.command')).toEqual(
      expect.arrayContaining(['  SMTP.Command.EHLO = 1', '  SMTP.Command.DATA = 1', '  SMTP.Command.Invalid = 2']),
    );
  });

  it('count who has a handler and who waits for one', async () => {
    await start(domino({ policies: { handlers: 1 } }));
    const first = await greeted();
    const second = new Talk();
    await until(() => server.desk.statistics.acceptQueue === 1);
    expect(server.desk.statistics).toMatchObject({ threadsBusy: 1, threadsInPool: 1, threadsPeak: 1 });
    first.end();
    expect(await second.reply()).toContain('220');
    expect(server.desk.statistics).toMatchObject({ threadsBusy: 1, acceptQueue: 0, threadsPeak: 1 });
  });

  it('are counted per site and host once SMTPExpandDNSBLStats is set', async () => {
    const policies = { dnsBlacklist: [{ site: 'bl.example.org', listed: ['127.0.0.1'] }] };
    await start(domino({ policies }));
    await greeted();
    await type('set config SMTPExpandDNSBLStats=1');
    await greeted();
    expect((await type('show stat smtp.dnsbl')).slice(0, 3)).toEqual([
      '  SMTP.DNSBL.bl.example.org.127.0.0.1.Hits = 1',
      '  SMTP.DNSBL.bl.example.org.TotalHits = 1',
      '  SMTP.DNSBL.TotalHits = 2',
    ]);
  });
});

describe('notes.ini', () => {
  it('goes before the policy of the scenario', async () => {
    await start(domino({ policies: { errorLimit: 50 }, notesIni: { SMTPErrorLimit: 1 } }));
    const talk = await greeted();
    expect(await talk.say('XYZZY')).toContain('500');
    expect(await talk.say('XYZZY')).toBe('421 SMTP service not available, closing transmission channel.');
  });

  it('gives way to what is given beside the scenario, and that to the console', async () => {
    await start(domino({ notesIni: { smtperrorlimit: 1 } }), { notesIni: { SMTPErrorLimit: '2' } });
    expect(await type('show config SMTPErrorLimit')).toEqual(['SMTPErrorLimit=2']);
    await type('set config SMTPErrorLimit=3');
    expect(await type('show config smtperrorlimit')).toEqual(['SMTPErrorLimit=3']);
  });

  it('is seen by an open session from its next command, and stands on its trace', async () => {
    await start(domino());
    const talk = await greeted();
    expect(await talk.say('XYZZY')).toContain('500');
    expect(await type('set config SMTPErrorLimit=1')).toEqual(['SMTPErrorLimit changed to 1.']);
    expect(await talk.say('XYZZY')).toContain('421');
    talk.end();
    const [connection] = await server.connections({ count: 1 });
    const notes = connection?.trace.events.filter((event) => event.type === 'note' && event.fact === 'config-changed');
    expect(notes).toMatchObject([{ detail: 'SMTPErrorLimit=1' }]);
  });

  it('gives the policy of the scenario back when a variable is emptied', async () => {
    await start(domino({ policies: { errorLimit: 1 }, notesIni: { SMTPErrorLimit: 50 } }));
    expect(await type('set config SMTPErrorLimit=')).toEqual(['SMTPErrorLimit removed']);
    const talk = await greeted();
    await talk.say('XYZZY');
    expect(await talk.say('XYZZY')).toContain('421');
  });

  it('replaces the greeting, braces and all, and says so on the record', async () => {
    await start(domino({ notesIni: { SMTPGreeting: 'Acme {mail} ready at %s' } }));
    const talk = new Talk();
    expect(await talk.reply()).toMatch(/^220 Acme \{mail\} ready at \w{3}, \d/);
    talk.end();
    const [connection] = await server.connections({ count: 1 });
    const greeting = connection?.trace.events.find(({ type }) => type === 'reply');
    expect(greeting).toMatchObject({ source: { kind: 'policy', policy: 'SMTPGreeting' } });
  });

  it.each([
    ['SMTPMaxForRecipients', '1', 'RCPT TO:<b@example.com>', '452 Too many recipients'],
    ['SMTPNonStandardLineTermination', '1', 'NOOP\nNOOP', '250 OK'],
    ['SMTPDenyMailToGroups', '0', 'RCPT TO:<staff@example.com>', '250'],
  ])('%s=%s changes what "%s" is answered', async (name, value, line, reply) => {
    await start(domino({ policies: { recipients: { groups: ['staff@*'] } }, notesIni: { [name]: value } }));
    const talk = await greeted();
    await talk.say('MAIL FROM:<a@example.net>');
    await talk.say('RCPT TO:<a@example.com>');
    expect(await talk.say(line)).toContain(reply);
  });

  it('takes the release out of the Received header of saved messages, from the next message on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'received-'));
    const save = { save: folder, fsync: false, receivedHeader: true };
    await start(domino(), save);
    const talk = await greeted();
    const saved = async (sender: string): Promise<string> => {
      for (const line of [`MAIL FROM:<${sender}>`, 'RCPT TO:<a@example.com>', 'DATA', 'Subject: x\r\n\r\nhello\r\n.'])
        await talk.say(line);
      const { id } = await server.message((message) => message.sender === sender);
      const name = readdirSync(folder).find((file) => file.startsWith(`${id}-`) && file.endsWith('.eml')) ?? '';
      return readFileSync(join(folder, name), 'latin1');
    };
    const before = await saved('one@example.net');
    expect(before).toMatch(/^Received: from \S+ \(\[127\.0\.0\.1\]\)\r\n {10}by \S+ \(Lotus Domino Release 6\.5\)\r\n/);
    expect(before).toMatch(/ \r\nSubject: x\r\n\r\nhello\r\n$/);
    await type('set config SMTPNoVersionInRcvdHdr=1');
    expect(await saved('two@example.net')).toMatch(/\r\n {10}by \S+\r\n {10}with E?SMTP id \d{16}-2 ;\r\n/);
    rmSync(folder, { recursive: true });
  });

  it('multiplies the three minutes after which a silent session is ended', async () => {
    const clock = virtualClock();
    await start(domino({ notesIni: { SMTPTimeoutMultiplier: 2 } }), { clock });
    const talk = await greeted();
    clock.advance(359_000);
    expect(await talk.say('NOOP')).toBe('250 OK');
    clock.advance(359_000);
    expect(await talk.say('NOOP')).toBe('250 OK');
    await type('set config SMTPTimeoutMultiplier=1');
    expect(await talk.say('NOOP')).toBe('250 OK');
    clock.advance(180_000);
    const [connection] = await server.connections({ count: 1 });
    expect(connection?.trace.events.find(({ type }) => type === 'closed')).toMatchObject({ by: 'server' });
  });

  it('names what it does not know and what it cannot read, and changes nothing for it', async () => {
    await start(domino({ notesIni: { SMTPErrorLimits: 3, SMTPDebugIO: 'loud' } }));
    expect(server.task.notesIniProblems).toEqual([
      expect.stringContaining('SMTPErrorLimits is not a notes.ini variable'),
      'SMTPDebugIO takes a number from 0 to 4, not "loud"',
    ]);
    expect(await (await greeted()).say('NOOP')).toBe('250 OK');
  });

  it('is read again from its file at "tell smtp update config", below the console', async () => {
    let file: Record<string, string> = { SMTPErrorLimit: '7' };
    await start(domino(), { notesIni: file, rereadNotesIni: () => file });
    file = { SMTPErrorLimit: '1', SMTPMaxForRecipients: '4' };
    await type('set config SMTPMaxForRecipients=9');
    await type('tell smtp update config');
    expect(await type('show config SMTPErrorLimit')).toEqual(['SMTPErrorLimit=1']);
    expect(await type('show config SMTPMaxForRecipients')).toEqual(['SMTPMaxForRecipients=9']);
    expect(lines.slice(-2).map((line) => line.slice(35))).toEqual([
      'Updating configuration',
      'Configuration update complete',
    ]);
  });
});

describe('the console', () => {
  it('stops the task and loads it again on the same port, with new counters', async () => {
    await start(domino());
    const talk = await greeted();
    const { port } = server;
    await type('tell smtp quit');
    await talk.closed;
    expect(await type('show tasks')).toHaveLength(1);
    await expect(new Promise((_, reject) => connect(port, '127.0.0.1').once('error', reject))).rejects.toThrow(
      'ECONNREFUSED',
    );
    await type('load smtp');
    expect(server.port).toBe(port);
    await greeted();
    expect(server.desk.statistics).toMatchObject({ total: 1, active: 1 });
    expect(lines.map((line) => line.slice(35)).slice(2)).toEqual([
      '127.0.0.1 connected',
      '127.0.0.1 disconnected. 0 message[s] received',
      'Shutdown is in progress',
      'Shutdown complete',
      'Starting...',
      'Started',
      '127.0.0.1 connected',
    ]);
  });

  it('says so when there is nothing to stop, or nothing to start', async () => {
    await start(domino());
    expect(await enterConsole(server.task, 'load smtp')).toMatchObject({ problem: true });
    await type('tell smtp quit');
    expect(await enterConsole(server.task, 'tell smtp quit')).toMatchObject({ problem: true });
  });

  it('restarts the task', async () => {
    await start(domino());
    await greeted();
    await type('restart task smtp');
    expect(server.desk.statistics.total).toBe(0);
    expect(await (await greeted()).say('NOOP')).toBe('250 OK');
  });

  it('drops all sessions and goes on listening', async () => {
    await start(domino());
    const [one, other] = [await greeted(), await greeted()];
    expect(await type('drop all')).toEqual(['2 sessions dropped']);
    await Promise.all([one.closed, other.closed]);
    expect(await (await greeted()).say('NOOP')).toBe('250 OK');
  });

  it('says when the server itself is to stop', async () => {
    await start(domino());
    expect(await enterConsole(server.task, 'quit')).toMatchObject({ quit: true });
  });
});

/** Looks again after each turn of the event loop. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
