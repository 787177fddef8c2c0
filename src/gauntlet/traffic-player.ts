// Plays known traffic against a mock server on a virtual clock: a working day in seconds, one act after the other, each waited
// for until the server has taken it. Sessions overlap as planned, and the same plan gives the same log. Used by
// explain-score.ts. Sockets are real; the peers' addresses come from PROXY headers.

import { connect, type Socket } from 'node:net';
import { utcDate } from '../domino/log-date';
import { startMockServer, type MockServer } from '../mock/mock-server';
import { scenario } from '../scenario/builder';
import type { Scenario } from '../scenario/scenario';
import { virtualClock } from '../wire/clock';
import type { TraceEvent, TraceRecord } from '../wire/trace-event';
import { HANDLERS, type Act, type KnownVisit } from './known-traffic';

export interface PlayedTraffic {
  /** The server's Domino log. */
  readonly log: readonly string[];
  readonly traces: readonly TraceRecord[];
}

/** A server that can refuse for every reason the traffic needs. */
function knownServer(): Scenario {
  return scenario('known-traffic')
    .persona('domino-6.5')
    .server({
      proxyProtocol: true,
      extensions: ['SIZE', 'STARTTLS', 'AUTH PLAIN'],
      auth: { users: { somebody: 'secret' } },
      notesIni: { SMTPErrorLimit: 20 },
      policies: {
        handlers: HANDLERS,
        idleTimeout: '3 min',
        size: '10 MB',
        dnsBlacklist: [{ site: 'bl.example.org', listed: ['198.18.0.0/15'] }],
        hosts: { deny: ['198.51.100.0/24'], nameInDns: { named: ['192.0.2.0/24', '198.0.0.0/8', '203.0.113.0/24'] } },
        senders: { deny: ['*@denied.example.net'] },
        recipients: { local: ['example.com'], known: ['recipient@example.com'], relay: 'refuse' },
      },
    })
    .build();
}

/**
 * Plays it to its end.
 * @param inferred whether the log holds lines whose wording is only inferred
 */
export async function playTraffic(visits: readonly KnownVisit[], inferred: boolean): Promise<PlayedTraffic> {
  const clock = virtualClock();
  const log: string[] = [];
  const traces: TraceRecord[] = [];
  const events = new EventWaits();
  const server = await startMockServer(knownServer(), {
    clock,
    seed: 1,
    keepContent: false,
    keptConnections: 1,
    onLogLine: (line) => log.push(line),
    log: { inferred, dateOf: (at) => utcDate(new Date(clock.date().getTime() - clock.now() + at)) },
    onEvent: (trace, event) => events.saw(trace.connection, event),
    onConnection: (trace) => traces.push(trace),
  });
  const acts = visits
    .flatMap((visit) => {
      const caller = new Caller(server, events, visit.address);
      return visit.acts.map(({ at, act }) => ({ at, act, caller }));
    })
    .sort((one, other) => one.at - other.at);
  try {
    for (const { at, act, caller } of acts) {
      clock.advance(Math.max(0, at - clock.now()));
      await caller.perform(act);
    }
  } finally {
    await server.stop();
  }
  return { log, traces };
}

/** Those who wait for something to stand on a trace. */
class EventWaits {
  private readonly waits = new Set<{ wants: (connection: number, event: TraceEvent) => boolean; done: () => void }>();

  saw(connection: number, event: TraceEvent): void {
    for (const wait of this.waits) {
      if (!wait.wants(connection, event)) continue;
      this.waits.delete(wait);
      wait.done();
    }
  }

  next(wants: (connection: number, event: TraceEvent) => boolean): Promise<void> {
    return new Promise((done) => this.waits.add({ wants, done }));
  }
}

/** One client. */
class Caller {
  private readonly server: MockServer;
  private readonly events: EventWaits;
  private readonly address: string;
  private socket: Socket | null = null;
  private connection = 0;
  private heard = '';
  private replies = 0;
  private wake: () => void = () => undefined;
  private closed: Promise<void> = Promise.resolve();

  constructor(server: MockServer, events: EventWaits, address: string) {
    this.server = server;
    this.events = events;
    this.address = address;
  }

  /** Resolves when the server has taken it. */
  async perform(act: Act): Promise<void> {
    switch (act.act) {
      case 'connect':
        return this.connect(act.greeted);
      case 'say':
        this.write(act.lines.map((line) => `${line}\r\n`).join(''));
        return this.repliesOf(act.replies);
      case 'write':
        return this.sees(act.octets, ({ type }) => type === 'received');
      case 'spoil-handshake':
        return this.sees('no TLS at all\r\n', (event) => event.type === 'tls' && event.phase === 'failed');
      case 'leave':
        this.socket?.end();
        return this.closed;
      case 'reset':
        this.socket?.resetAndDestroy();
        return this.closed;
      case 'gone':
        return this.closed;
    }
  }

  private async connect(greeted: boolean): Promise<void> {
    const there = this.events.next((connection, event) => {
      if (event.type === 'connected') this.connection = connection;
      return event.type === 'connected';
    });
    const socket = connect(this.server.port, this.server.host);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (octets: Buffer) => this.hear(octets.toString('latin1')));
    socket.write(`PROXY TCP4 ${this.address} 127.0.0.1 40000 25\r\n`);
    this.socket = socket;
    await there;
    this.closed = this.events.next((connection, { type }) => connection === this.connection && type === 'closed');
    if (greeted) await this.repliesOf(1);
  }

  private write(octets: string): void {
    this.socket?.write(octets, 'latin1');
  }

  private async sees(octets: string, wants: (event: TraceEvent) => boolean): Promise<void> {
    const seen = this.events.next((connection, event) => connection === this.connection && wants(event));
    this.write(octets);
    await seen;
  }

  private hear(text: string): void {
    this.heard += text;
    const lines = this.heard.split('\r\n');
    this.heard = lines.pop() ?? '';
    this.replies += lines.filter((line) => /^\d{3}(?: |$)/.test(line)).length;
    this.wake();
  }

  private async repliesOf(wanted: number): Promise<void> {
    while (this.replies < wanted) await new Promise<void>((resolve) => (this.wake = resolve));
    this.replies -= wanted;
  }
}
