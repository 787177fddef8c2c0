// Real senders, Postfix and Exim among them, through our servers with the Domino log on: the second yardstick of the log
// explainer. What happened is read off the traces (true-cause.ts); what can be told from it, off the log. The servers' clock
// runs fast, so that Domino's three minutes of patience are some seconds. Used by write-explain-score.ts and a field test.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientDriver, scriptedDriver } from '../clients';
import type { ClientDriver, SubmissionToSend } from '../clients/driver';
import { logOptions } from '../domino/log-line';
import { utcDate } from '../domino/log-date';
import { logOfTraces, type TimedLine } from '../domino/log-of-traces';
import { trueCauses, type SessionTruth } from '../domino/true-cause';
import { startMockServer, type MockServer } from '../mock/mock-server';
import { scenario, type ScenarioBuilder } from '../scenario/builder';
import { loadSender } from '../scenario/sender';
import { buildSubmission } from '../scenario/submission';
import type { Clock } from '../wire/clock';
import type { TraceRecord } from '../wire/trace-event';
import { fastClock } from './fast-clock';
import { openProxiedDoor } from './proxied-door';

export interface FieldTraffic {
  /** Of each session, in no order. */
  readonly truth: readonly SessionTruth[];
  /** The log of all servers as one. @param inferred whether lines whose wording is only inferred are in it */
  readonly log: (inferred: boolean) => readonly string[];
  /** Clients that could not be run here, with the reason. */
  readonly absent: readonly string[];
}

const FASTER = 10;
/** Real time that a client has; one whose server stalls needs the three fast minutes, and a moment more. */
const WINDOW_MS = 6000;
const STALL_WINDOW_MS = 24_000;
const SIDE_BY_SIDE = 4;

type ServerName = 'plain' | 'behind a fixup' | 'behind a black hole' | 'with TLS';

const domino = (): ScenarioBuilder => scenario('field-traffic').persona('domino-6.5');

/** Loopback networks stand for the hosts of the world. */
const SERVERS: Readonly<Record<ServerName, () => ScenarioBuilder>> = {
  plain: () =>
    domino().server({
      extensions: ['SIZE', 'AUTH PLAIN'],
      auth: { users: { somebody: 'secret' } },
      policies: {
        idleTimeout: '3 min',
        dnsBlacklist: [{ site: 'bl.example.org', listed: ['127.18.0.0/16'] }],
        hosts: { deny: ['127.51.0.0/16'], nameInDns: { named: ['127.0.0.0/13', '127.16.0.0/12', '127.48.0.0/12'] } },
        senders: { deny: ['*@denied.example.net'] },
        recipients: { local: ['example.com'], known: ['recipient@example.com'], relay: 'refuse' },
      },
    }),
  'behind a fixup': () =>
    domino()
      .server({ extensions: ['SIZE'] })
      .path([{ 'pix-fixup': { version: '6.x' } }]),
  'behind a black hole': () =>
    domino()
      .server({ extensions: ['SIZE'], policies: { idleTimeout: '3 min' } })
      .path([{ 'mtu-black-hole': { segment: 1460, way: 'swallow' } }]),
  'with TLS': () => domino().server({ extensions: ['SIZE', 'STARTTLS'] }),
};

/** What one client is asked to do. */
interface Errand {
  readonly server: ServerName;
  /** It comes from a host of this network. */
  readonly network: string;
  readonly from?: string;
  readonly to?: string;
  readonly octets?: number;
  readonly auth?: SubmissionToSend['auth'];
  readonly tls?: SubmissionToSend['tls'];
}

const MTA_ERRANDS: readonly Errand[] = [
  { server: 'plain', network: '127.1.0' },
  { server: 'plain', network: '127.18.0' },
  { server: 'plain', network: '127.1.1', to: 'nobody@example.com' },
  { server: 'plain', network: '127.1.2', to: 'victim@example.org' },
  { server: 'plain', network: '127.1.3', from: 'spam@denied.example.net' },
  { server: 'plain', network: '127.51.0' },
  { server: 'plain', network: '127.64.0' },
  { server: 'plain', network: '127.1.4', auth: { user: 'somebody', password: 'guessed' } },
  { server: 'behind a fixup', network: '127.2.0' },
  { server: 'behind a black hole', network: '127.3.0', octets: 32_768 },
  { server: 'with TLS', network: '127.4.0', tls: 'if-offered' },
];

const SCRIPTED_ERRANDS: readonly (readonly [sender: string, errand: Errand])[] = [
  ['well-behaved', { server: 'plain', network: '127.5.0' }],
  ['helo-only', { server: 'plain', network: '127.5.1', to: 'nobody@example.com' }],
  ['ratware-one-packet', { server: 'plain', network: '127.18.1' }],
  ['ratware-helo', { server: 'plain', network: '127.5.2', to: 'victim@example.org' }],
  ['reconnect-with-helo', { server: 'behind a fixup', network: '127.2.1' }],
  ['reconnect-with-helo', { server: 'behind a fixup', network: '127.2.2' }],
  ['well-behaved', { server: 'behind a black hole', network: '127.3.1', octets: 32_768 }],
];

interface Visit {
  readonly driver: ClientDriver;
  readonly errand: Errand;
  readonly address: string;
}

/** @param rounds how often each errand is run by each client */
export async function playFieldTraffic(rounds: number): Promise<FieldTraffic> {
  const clock = fastClock(FASTER);
  const servers = new Map<ServerName, { readonly server: MockServer; readonly traces: TraceRecord[] }>();
  for (const [name, build] of Object.entries(SERVERS) as [ServerName, () => ScenarioBuilder][]) {
    const traces: TraceRecord[] = [];
    const onConnection = (trace: TraceRecord): void => void traces.push(trace);
    servers.set(name, {
      server: await startMockServer(build(), { clock, seed: 1, keepContent: false, onConnection }),
      traces,
    });
  }
  const { visits, absent } = await visitsOf(rounds);
  const upcoming = visits.entries();
  const lane = async (): Promise<void> => {
    for (const [index, visit] of upcoming) {
      const server = servers.get(visit.errand.server)?.server;
      if (server !== undefined) await pay(visit, index + 1, server);
    }
  };
  try {
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane));
    for (const { server } of servers.values())
      await server.quiet({ timeoutMs: STALL_WINDOW_MS }).catch(() => undefined);
  } finally {
    for (const { server } of servers.values()) await server.stop();
  }
  const recorded = [...servers.values()].map(({ traces }) => traces);
  return {
    truth: recorded.flatMap((traces) => trueCauses(traces)),
    log: (inferred) => logOf(recorded, clock, inferred),
    absent,
  };
}

async function visitsOf(rounds: number): Promise<{ visits: readonly Visit[]; absent: readonly string[] }> {
  const errands: (readonly [driver: ClientDriver, errand: Errand])[] = [];
  const absent: string[] = [];
  for (const name of ['postfix', 'exim']) {
    const driver = clientDriver(name);
    if (driver === undefined) throw new Error(`no client ${name}`);
    const found = await driver.detect();
    if (!found.available) absent.push(`${name}: ${found.reason}`);
    else errands.push(...MTA_ERRANDS.map((errand) => [driver, errand] as const));
  }
  errands.push(...SCRIPTED_ERRANDS.map(([name, errand]) => [scriptedDriver(loadSender(name)), errand] as const));
  const visits = Array.from({ length: rounds }, () => errands)
    .flat()
    // Each from a host of its own, so that what is said of a host is said of this visit.
    .map(([driver, errand], index) => ({ driver, errand, address: `${errand.network}.${1 + (index % 254)}` }));
  return { visits, absent };
}

async function pay({ driver, errand, address }: Visit, number: number, server: MockServer): Promise<void> {
  const door = await openProxiedDoor(server, 'local-address');
  door.comeFrom(address);
  const folder = await mkdtemp(join(tmpdir(), 'field-traffic-'));
  const windowMs = errand.server === 'behind a black hole' ? STALL_WINDOW_MS : WINDOW_MS;
  try {
    await driver.submit({
      targets: [door],
      submissions: [submissionOf(errand, number)],
      folder,
      clientName: 'sender.example.net',
      caFile: await server.caFile(),
      windowMs,
      signal: AbortSignal.timeout(windowMs + 20_000),
    });
  } finally {
    await door.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function submissionOf({ from, to, octets, auth = null, tls = 'none' }: Errand, number: number): SubmissionToSend {
  const envelope = { id: number, from: from ?? `user${number}@example.net`, to: [to ?? 'recipient@example.com'] };
  const wishes = { tls, auth } as const;
  return {
    ...envelope,
    ...wishes,
    ...buildSubmission({ ...envelope, ...wishes, content: 'plain', size: octets ?? null, file: null }, number),
  };
}

/** The servers share a clock, and their log is one. */
function logOf(recorded: readonly (readonly TraceRecord[])[], clock: Clock, inferred: boolean): readonly string[] {
  const offset = clock.date().getTime() - clock.now();
  const options = logOptions({ inferred, dateOf: (at) => utcDate(new Date(offset + at)) });
  return recorded
    .flatMap((traces): readonly TimedLine[] => logOfTraces(traces, options))
    .sort((one, other) => one.at - other.at)
    .map(({ line }) => line);
}
