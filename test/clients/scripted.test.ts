import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';
import type { Assignment, ClientReport } from '../../src/clients/driver';
import { capabilitiesOf, scriptedDriver } from '../../src/clients/scripted';
import { listSenders, loadSender } from '../../src/scenario/sender';
import { virtualClock } from '../../src/wire/clock';
import type { Clock } from '../../src/wire/clock';
import { Bench, ehlo, senderFrom, submission } from './scripted-support';

const open: { close(): void }[] = [];

/** A certificate for 127.0.0.1 that signed itself, and another that has nothing to do with it. */
let folder: string;
let own: { key: string; cert: string };
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'scripted-'));
  const certificate = async (file: string): Promise<{ key: string; cert: string }> => {
    const made = await generate([{ name: 'commonName', value: 'mx.example.com' }], {
      algorithm: 'sha256',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    writeFileSync(join(folder, file), made.cert);
    return { key: made.private, cert: made.cert };
  };
  own = await certificate('own.pem');
  await certificate('other.pem');
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

function assignment(port: number, given: Partial<Assignment> = {}): Assignment {
  return {
    targets: [{ host: '127.0.0.1', port }],
    submissions: [submission()],
    folder: '/nowhere',
    clientName: 'client.example.org',
    caFile: null,
    windowMs: 60_000,
    signal: new AbortController().signal,
    ...given,
  };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(server);
  return (server.address() as AddressInfo).port;
}

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly content: string;
}

/** The untouched smtp-server. */
async function stockServer(options: SMTPServerOptions = {}): Promise<{ port: number; received: Received[] }> {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          secure: session.secure,
          content: Buffer.concat(pieces).toString('latin1'),
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  open.push(server);
  return { port: (server.server.address() as AddressInfo).port, received };
}

/** A server that answers each thing it reads, whatever it is, with the next text; null closes. */
async function mechanicalServer(
  greeting: string,
  answers: readonly (string | null)[],
): Promise<{ port: number; heard: string[]; errors: string[] }> {
  const heard: string[] = [];
  const errors: string[] = [];
  let next = 0;
  const port = await listening(
    createServer((socket) => {
      socket.setEncoding('latin1');
      socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? ''));
      socket.on('data', (octets) => {
        heard.push(String(octets));
        const answer = answers[next++];
        if (answer === null) socket.end();
        else if (answer !== undefined) socket.write(answer);
      });
      socket.write(greeting);
    }),
  );
  return { port, heard, errors };
}

function send(name: string, given: Assignment, clock?: Clock): Promise<ClientReport> {
  return scriptedDriver(loadSender(name), clock).submit(given);
}

describe('against the untouched smtp-server', () => {
  const dots = submission({
    to: ['a@example.com', 'b@example.com'],
    content: Buffer.from('Subject: dots\r\n\r\n.\r\n..x\r\nend'),
  });

  test.each(['well-behaved', 'well-behaved-pipelining', 'well-behaved-tls', 'helo-only', 'well-behaved-mta'])(
    '%s delivers what it was given',
    async (name) => {
      const { port, received } = await stockServer();
      const report = await send(name, assignment(port, { submissions: [dots] }));
      expect(report).toMatchObject({ end: 'finished', exitCode: null });
      expect(report.outcomes.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
      expect(received).toEqual([
        {
          from: 'sender@example.org',
          to: ['a@example.com', 'b@example.com'],
          secure: false,
          content: 'Subject: dots\r\n\r\n.\r\n..x\r\nend\r\n',
        },
      ]);
      expect(report.log).toMatch(/^C: QUIT\nS: 221 .*\n-- closed$/m);
    },
  );

  test('two messages on one connection, the refused one reported with its reply', async () => {
    const { port, received } = await stockServer({
      onRcptTo({ address }, _session, done) {
        done(address.startsWith('no') ? new Error('nobody here') : null);
      },
    });
    const submissions = [submission({ to: ['no@example.com'] }), submission({ id: 2, from: '' })];
    const report = await send('well-behaved', assignment(port, { submissions }));
    expect(report.outcomes).toMatchObject([
      { submission: 1, outcome: 'refused', text: '550 nobody here' },
      { submission: 2, outcome: 'accepted' },
    ]);
    expect(received.map(({ from }) => from)).toEqual(['']);
  });

  test('STARTTLS, a second EHLO and AUTH inside TLS', async () => {
    const users: string[] = [];
    const { port, received } = await stockServer({
      ...own,
      disabledCommands: [],
      authOptional: false,
      onAuth({ username = '' }, _session, done) {
        users.push(username);
        done(null, { user: username });
      },
    });
    const auth = { user: 'tim', password: 'secret' };
    const report = await send(
      'well-behaved-tls',
      assignment(port, { submissions: [submission({ tls: 'if-offered', auth })] }),
    );
    expect(report.outcomes).toMatchObject([{ outcome: 'accepted' }]);
    expect(users).toEqual(['tim']);
    expect(received).toMatchObject([{ secure: true }]);
    expect(report.log).toContain('-- TLS\nC: EHLO client.example.org');
    expect(report.log).not.toContain(Buffer.from('\0tim\0secret').toString('base64'));
  });

  test.each([
    ['required', 'own.pem', 'accepted'],
    ['required', 'other.pem', 'refused'],
    ['if-offered', 'other.pem', 'accepted'],
  ] as const)('TLS %s, and %s as the authority: %s', async (tls, ca, outcome) => {
    const { port } = await stockServer({ ...own, disabledCommands: ['AUTH'] });
    const report = await send(
      'well-behaved-tls',
      assignment(port, { submissions: [submission({ tls })], caFile: join(folder, ca) }),
    );
    expect(report.outcomes).toMatchObject([{ outcome }]);
  });

  test('implicit TLS as the submission asks for it', async () => {
    const { port, received } = await stockServer({ ...own, secure: true });
    const report = await send('well-behaved', assignment(port, { submissions: [submission({ tls: 'implicit' })] }));
    expect(report.outcomes).toMatchObject([{ outcome: 'accepted' }]);
    expect(received).toMatchObject([{ secure: true }]);
  });

  test('duplicate-after-250 delivers twice and reports once', async () => {
    const { port, received } = await stockServer();
    const report = await send('duplicate-after-250', assignment(port));
    expect(received).toHaveLength(2);
    expect(report.outcomes).toMatchObject([{ outcome: 'accepted' }]);
  });

  test('ratware-one-packet talks too soon for it, ratware-greeted does not', async () => {
    const { port, received } = await stockServer();
    const early = await send('ratware-one-packet', assignment(port));
    expect(early).toMatchObject({ end: 'finished', outcomes: [{ outcome: 'unknown' }] });
    expect(early.log).toMatch(/^S: 421 .* You talk too soon$/m);
    expect(received).toEqual([]);
    const greeted = await send('ratware-greeted', assignment(port));
    expect(greeted.outcomes).toMatchObject([{ outcome: 'accepted' }]);
    expect(received).toHaveLength(1);
  });
});

describe('the connection', () => {
  test('one packet is one write', async () => {
    const { port, heard } = await mechanicalServer('', [null]);
    await send('ratware-one-packet', assignment(port));
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatch(/^EHLO client.example.org\r\nMAIL FROM:[^]*\r\n\.\r\nQUIT\r\n$/);
  });

  test('half-closed, and the reply still heard', async () => {
    const port = await listening(
      createServer({ allowHalfOpen: true }, (socket) => {
        const replies = [ehlo(), '250 ok\r\n', '250 ok\r\n', '354 go\r\n'];
        socket.on('data', () => {
          const reply = replies.shift();
          if (reply !== undefined) socket.write(reply);
        });
        socket.on('end', () => socket.end('250 queued behind your back\r\n'));
        socket.write('220 mx\r\n');
      }),
    );
    const report = await send('half-closer', assignment(port));
    expect(report.outcomes).toMatchObject([{ outcome: 'accepted', text: '250 queued behind your back' }]);
  });

  test('reset is seen as a reset', async () => {
    const { port, errors } = await mechanicalServer('220 mx\r\n', []);
    const reset = senderFrom('steps: [connect, { expect: "2" }, reset]');
    const report = await scriptedDriver(reset).submit(assignment(port));
    expect(report.end).toBe('finished');
    // The server's own event may come a moment after ours.
    while (errors.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toEqual(['ECONNRESET']);
  });

  test('refused: reported with the reason', async () => {
    const server = createServer();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    const report = await send('well-behaved', assignment(port));
    expect(report.outcomes).toEqual([
      { submission: 1, recipient: 'user@example.com', outcome: 'refused', text: 'ECONNREFUSED' },
    ]);
  });

  test('a handshake that fails is no crash', async () => {
    const { port } = await mechanicalServer('220 mx\r\n', [ehlo('STARTTLS'), '220 go\r\n', 'this is no TLS\r\n']);
    const report = await send('well-behaved-tls', assignment(port, { submissions: [submission({ tls: 'required' })] }));
    expect(report.log).toMatch(/-- TLS handshake failed: /);
    expect(report.outcomes).toMatchObject([{ outcome: 'refused' }]);
  });

  test('a server that never closes its half is left after two seconds', async () => {
    const clock = virtualClock();
    let connection: Socket | undefined;
    const port = await listening(
      createServer({ allowHalfOpen: true }, (socket) => {
        connection = socket;
        socket.on('error', () => undefined);
        socket.on('end', () => clock.advance(2_000));
        socket.resume();
        socket.write('554 go away\r\n');
      }),
    );
    const stubborn = senderFrom('steps: [connect, { expect: any }, close]');
    expect((await scriptedDriver(stubborn, clock).submit(assignment(port))).end).toBe('finished');
    connection?.destroy();
  });
});

describe('being stopped', () => {
  /** Resolves when the client has said something. */
  async function silentServer(): Promise<{ port: number; spoken: Promise<unknown> }> {
    let heard: (octets: unknown) => void = () => undefined;
    const spoken = new Promise((resolve) => (heard = resolve));
    const port = await listening(
      createServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', heard);
        socket.write('220 mx\r\n');
      }),
    );
    return { port, spoken };
  }

  test.each([
    ['well-behaved', 'timed-out', 'refused'],
    ['well-behaved-mta', 'deferred', 'deferred'],
  ])('%s at work when the trial is over: %s', async (name, end, outcome) => {
    const { port, spoken } = await silentServer();
    const controller = new AbortController();
    const report = send(name, assignment(port, { signal: controller.signal }));
    await spoken;
    controller.abort();
    expect(await report).toMatchObject({ end, outcomes: [{ outcome }] });
  });

  test('before it began', async () => {
    const report = await send('well-behaved', assignment(1, { signal: AbortSignal.abort() }));
    expect(report).toMatchObject({ end: 'timed-out', log: '-- stopped' });
  });

  test('by its own limit, also when it would wait for ever', async () => {
    const clock = virtualClock();
    const { port, spoken } = await silentServer();
    const report = send('patient-for-ever', assignment(port), clock);
    await spoken;
    clock.advance(86_400_000);
    expect((await report).end).toBe('timed-out');
  });

  test('a queue between two attempts ends with the window, and leaves its mail deferred', async () => {
    const clock = virtualClock();
    const server = createServer();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    const report = send('well-behaved-mta', assignment(port), clock);
    // The attempt fails in its own time; then the next alarm is that of the window.
    const state = { isOver: false };
    void report.then(() => (state.isOver = true));
    while (!state.isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(1_000);
    }
    expect(await report).toMatchObject({ end: 'deferred', outcomes: [{ outcome: 'deferred' }] });
    expect(clock.now()).toBeGreaterThanOrEqual(60_000);
    expect(clock.now()).toBeLessThan(30 * 60_000);
  });
});

describe('every shipped sender', () => {
  const targets = ['mx10.example.com', 'mx20.example.com'].map((host) => ({ host, port: 25 }));
  const submissions = [
    submission({ tls: 'required', auth: { user: 'tim', password: 'secret' }, to: ['a@example.com', 'b@example.com'] }),
    submission({ id: 2, from: '' }),
  ];
  const A_DAY_MS = 86_400_000;
  const everything = ehlo('PIPELINING', 'SIZE 10000', '8BITMIME', 'CHUNKING', 'DSN', 'STARTTLS', 'AUTH PLAIN LOGIN');

  /** Answers like a server that has no opinion but this one. */
  function servedBy(name: string, answer: (line: string) => string | null): Bench {
    const bench = new Bench(name, { targets, submissions });
    let content = '';
    let isContent = false;
    let unfinished = '';
    let isWindowOver = false;
    const react = (did: string): string => {
      if (did.startsWith('<connect'))
        return bench.take({ event: 'connected' }).concat(bench.says('220 mx ESMTP\r\n')).join('\0');
      if (did.startsWith('<handshake')) return bench.take({ event: 'secured' }).join('\0');
      if (did.startsWith('<')) return '';
      const drained = bench.take({ event: 'drained' });
      let replies = '';
      const lines = (unfinished + did).split(/(?<=\n)/);
      unfinished = lines.at(-1)?.endsWith('\n') === true ? '' : (lines.pop() ?? '');
      for (const line of lines) {
        content = isContent ? content + line : '';
        if (isContent && !/(^|\n)\.\r?\n$/.test(content)) continue;
        const reply = answer(isContent ? '.' : line);
        isContent = reply?.startsWith('354') === true;
        replies += reply ?? '';
      }
      return drained.concat(replies === '' ? [] : bench.says(replies)).join('\0');
    };
    const todo = bench.take({ event: 'start' });
    for (let turn = 0; turn < 50_000 && bench.end === null; turn++) {
      const did = todo.shift();
      if (did !== undefined)
        todo.push(
          ...react(did)
            .split('\0')
            .filter((text) => text !== ''),
        );
      else if (bench.now > A_DAY_MS && !isWindowOver) {
        isWindowOver = true;
        todo.push(...bench.take({ event: 'window-over' }));
      } else if (bench.wakeAt !== null) todo.push(...bench.after(bench.wakeAt - bench.now));
      else break;
    }
    return bench;
  }

  const obliging = (line: string): string => {
    const verb = line.trim().slice(0, 4).toUpperCase();
    if (verb === 'EHLO') return everything;
    if (verb === 'DATA') return '354 go\r\n';
    if (verb === 'STAR') return '220 go\r\n';
    if (verb === 'QUIT') return '221 bye\r\n';
    return '250 ok\r\n';
  };
  const servers: Record<string, (line: string) => string | null> = {
    'that takes everything': obliging,
    'that refuses everything': (line) => (/^QUIT/i.test(line) ? '221 bye\r\n' : '550 no\r\n'),
    'that is always busy': (line) => (/^EHLO|^HELO|^QUIT/i.test(line) ? obliging(line) : '451 later\r\n'),
    'that falls silent behind the greeting': () => null,
  };

  test.each(listSenders().map(({ name }) => name))('%s comes to an end', (name) => {
    // Without a limit of its own this one waits for ever, as it should.
    const mayWaitForEver = name === 'patient-for-ever';
    for (const [kind, answer] of Object.entries(servers)) {
      const bench = servedBy(name, answer);
      const waits = mayWaitForEver && kind === 'that falls silent behind the greeting';
      expect([kind, bench.end === null]).toEqual([kind, waits]);
    }
  });

  test('delivers to a server that takes everything, but for those that send no message, or lose their way', () => {
    const failing = listSenders()
      .map(({ name }) => name)
      .filter(
        (name) =>
          !servedBy(name, obliging)
            .outcomes()
            .some((outcome) => outcome.endsWith('accepted')),
      );
    expect(failing).toEqual([
      'blocking-writer',
      'http-client',
      'junk-octets',
      'line-by-line',
      'never-ends-data',
      'vrfy-once',
      'vrfy-prober',
    ]);
  });
});

describe('capabilities are those of the steps', () => {
  test('of a full client', () => {
    expect(capabilitiesOf(loadSender('well-behaved'))).toEqual([
      'several-recipients',
      'several-messages',
      'implicit-tls',
      'null-sender',
      'eight-bit',
      'utf8-addresses',
      'bare-newlines',
      'large-messages',
    ]);
  });

  test('TLS, AUTH, several servers and bounces, and no retries at a pace that it was told', () => {
    expect(capabilitiesOf(loadSender('well-behaved-tls'))).toEqual(
      expect.arrayContaining(['starttls', 'require-tls', 'auth']),
    );
    expect(capabilitiesOf(loadSender('well-behaved-mta'))).toEqual(
      expect.arrayContaining(['several-servers', 'bounces']),
    );
    expect(capabilitiesOf(loadSender('well-behaved-mta'))).not.toContain('retries');
  });

  test('of one that never sends a message', () => {
    expect(capabilitiesOf(loadSender('vrfy-prober'))).toEqual(['implicit-tls']);
  });

  test('a sender is a driver like any other', async () => {
    const driver = scriptedDriver(loadSender('retry-tight-loop'));
    expect(driver).toMatchObject({ name: 'retry-tight-loop', role: 'mta' });
    expect(await driver.detect()).toMatchObject({ available: true });
  });
});
