// Plays a day's load (day-plan.ts) against the scenario domino-day with scripted senders, several at once, each visit from
// an address of its own. Used by the command `day`. Ends by itself; judges nothing.

import type { SubmissionToSend } from '../clients/driver';
import { scriptedDriver } from '../clients/scripted';
import type { Statistics } from '../domino/statistics';
import type { LineSink } from '../mock/domino-desk';
import { startMockServer, type MockServer } from '../mock/mock-server';
import { loadScenario } from '../scenario/load';
import type { Scenario } from '../scenario/scenario';
import { loadSender, type Sender } from '../scenario/sender';
import { buildSubmission } from '../scenario/submission';
import { dayPlan, type Visit } from './day-plan';
import { openProxiedDoor, type ProxiedDoor } from './proxied-door';

export interface DayOptions {
  readonly factor: number;
  readonly seed: number;
  /** Visits at once. */
  readonly parallel: number;
  /** Gets the server's Domino log. */
  readonly onLogLine?: LineSink;
  readonly onProgress?: (done: number, of: number) => void;
  /** Aborted: no further visit begins. */
  readonly signal?: AbortSignal;
}

export interface DayResult {
  readonly planned: readonly Visit[];
  readonly played: number;
  readonly statistics: Statistics;
}

/** A visit takes milliseconds; a server that leaves one hanging must not hold up the day. */
const VISIT_MS = 30_000;
const CLIENT_NAME = 'sender.example.net';

/** Plays it to its end. */
export async function playDay(options: DayOptions): Promise<DayResult> {
  const { factor, seed, parallel, signal, onLogLine } = options;
  const planned = dayPlan(factor, seed);
  const server = await startMockServer(throughProxies(loadScenario('domino-day')), {
    seed,
    keepContent: false,
    keptConnections: 1,
    ...(onLogLine === undefined ? {} : { onLogLine }),
  });
  const senders = new Map(planned.map(({ kind }) => [kind.sender, loadSender(kind.sender)]));
  const upcoming = planned.entries();
  let played = 0;
  const lane = async (): Promise<void> => {
    const door = await openProxiedDoor(server);
    for (const [index, visit] of upcoming) {
      if (signal?.aborted === true) break;
      await playVisit(server, door, visit, index + 1, senders.get(visit.kind.sender));
      played += 1;
      options.onProgress?.(played, planned.length);
    }
    await door.close();
  };
  try {
    await Promise.all(Array.from({ length: Math.min(parallel, planned.length) }, lane));
    await server.quiet({ timeoutMs: VISIT_MS });
  } finally {
    await server.stop();
  }
  return { planned, played, statistics: server.desk.statistics };
}

/** The shipped scenario takes any client; only here does everybody come through a door. */
function throughProxies(scenario: Scenario): Scenario {
  const servers = scenario.servers.map((server) => ({ ...server, port: { ...server.port, proxyProtocol: true } }));
  return { ...scenario, servers };
}

async function playVisit(
  server: MockServer,
  door: ProxiedDoor,
  visit: Visit,
  number: number,
  sender: Sender | undefined,
): Promise<void> {
  if (sender === undefined) throw new Error(`the sender ${visit.kind.sender} was not loaded`);
  door.comeFrom(visit.address);
  const stop = new AbortController();
  const patience = server.clock.alarm(server.clock.now() + VISIT_MS, () => stop.abort());
  await scriptedDriver(sender).submit({
    targets: [door],
    submissions: [submissionOf(server, visit, number)],
    folder: '',
    clientName: CLIENT_NAME,
    caFile: null,
    windowMs: VISIT_MS,
    signal: stop.signal,
  });
  patience.cancel();
}

function submissionOf({ seed }: MockServer, { recipient }: Visit, number: number): SubmissionToSend {
  const envelope = { id: number, from: 'sender@example.org', to: [recipient] };
  const wishes = { tls: 'if-offered', auth: null } as const;
  const built = buildSubmission({ ...envelope, ...wishes, content: 'plain', size: null, file: null }, seed);
  return { ...envelope, ...wishes, ...built };
}
