// One step of the MTU lab: a fresh server, one mail by the client, and what everybody said meanwhile. Bounded in time.
// Used by mtu-lab.ts. Not here: which steps there are, and what follows from them (mtu-verdict.ts).

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientReport } from '../../clients/driver';
import { findProgram } from '../../clients/program';
import { systemClock, type Clock } from '../../wire/clock';
import { counted, readCounters, type Counters } from './counters';
import type { LabClient } from './lab-client';
import type { ClientJob, ClientWord, ServerJob, ServerWord } from './lab-job';
import { startInside, type LabProcess } from './lab-process';
import type { ClientSight, Counted, MtuStep, MtuStepName } from './lab-report';
import { NetworkError, setBlackhole, setServerMtu } from './network';
import { namespaceOf, SERVER_ADDRESS, SERVER_PORT } from './network-plan';
import { serverSight, type ServerSight, type Sighting } from './server-sight';
import type { LabTls } from './tls-way';
import { closedAt, parseTcpInfo, retransmissions, type TcpSample } from './tcp-info';

export interface MtuStepPlan {
  readonly name: MtuStepName;
  readonly prefix: string;
  /** The lab's own; the step works in folders below it. */
  readonly folder: string;
  readonly serverMtu: number;
  readonly scenario: string;
  readonly client: LabClient;
  readonly from: string;
  readonly to: readonly string[];
  readonly messageId: string;
  readonly content: Buffer;
  readonly tls: LabTls;
  /** How long the client may go on after the server's 354. */
  readonly patienceMs: number;
  /** When to let the ICMP through, after the 354; null: not at all. */
  readonly healAfterMs: number | null;
  readonly signal: AbortSignal;
}

/** How long a client may take until the server says 354: an MTA has to start first. */
const START_LIMIT_MS = 30_000;
/** Drivers end what they started within five seconds. */
const GRACE_MS = 8_000;
const SAMPLE_EVERY_MS = 100;

/**
 * Runs one step to its end.
 * @throws NetworkError when the network or the server cannot be had
 */
export async function runMtuStep(plan: MtuStepPlan): Promise<MtuStep> {
  const clock = systemClock();
  const folder = join(plan.folder, plan.name);
  mkdirSync(folder);
  setServerMtu(plan.prefix, plan.serverMtu);
  const watch = new Watch(plan, clock, readCounters(plan.prefix));
  const server = await watch.startServer(folder);
  try {
    const client = watch.startClient(folder);
    await watch.untilOver(client);
    await client.stop(GRACE_MS);
    return watch.conclude(client);
  } finally {
    await server.stop(GRACE_MS);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Everything that is heard while a step runs. Moments are those of the clock until conclude() puts them right. */
class Watch {
  private readonly plan: MtuStepPlan;
  private readonly clock: Clock;
  private readonly before: Counters;
  private readonly sightings: Sighting[] = [];
  private readonly samples: TcpSample[] = [];
  private startedAt = 0;
  private askedAt = 0;
  private goAheadAt: number | null = null;
  private report: { readonly at: number; readonly of: ClientReport } | null = null;
  private failure: string | null = null;
  /** When its process ended, and when we ended it: one of them is null. */
  private diedAt: number | null = null;
  private stoppedAt: number | null = null;
  private heal: MtuStep['heal'] = null;

  constructor(plan: MtuStepPlan, clock: Clock, before: Counters) {
    this.plan = plan;
    this.clock = clock;
    this.before = before;
  }

  async startServer(folder: string): Promise<LabProcess> {
    const { scenario, prefix } = this.plan;
    const job: ServerJob = { scenario, host: SERVER_ADDRESS, port: SERVER_PORT, folder: join(folder, 'certificates') };
    let failed: string | null = null;
    let shiftMs: number | null = null;
    const up = new AbortController();
    const server = startInside(namespaceOf(prefix, 'server'), 'server-process', job, (word) => {
      const said = word as ServerWord;
      if ('origin' in said) {
        // Both clocks are the machine's monotonic one: they differ by when they were made.
        shiftMs = Number(BigInt(said.origin) - BigInt(this.clock.origin)) / 1e6;
        up.abort();
      } else if ('failed' in said) failed = said.failed;
      else this.sighted({ ...said.sighting, at: said.sighting.at + (shiftMs ?? 0) });
    });
    const wait = pause(START_LIMIT_MS, undefined, { signal: AbortSignal.any([up.signal, this.plan.signal]) });
    await Promise.race([server.over, wait.catch(() => undefined)]);
    up.abort();
    if (shiftMs !== null || this.plan.signal.aborted) return server;
    await server.stop(0);
    throw new NetworkError(`the server did not come up in its namespace: ${failed ?? server.lastWords()}`);
  }

  private sighted(sighting: Sighting): void {
    this.sightings.push(sighting);
    if (sighting.type === 'reply' && sighting.code === 354) this.goAheadAt ??= sighting.at;
  }

  startClient(folder: string): LabProcess {
    const { client, from, to, messageId, content, tls, patienceMs, prefix } = this.plan;
    const own = join(folder, 'client');
    mkdirSync(own);
    const job: ClientJob = {
      client,
      host: SERVER_ADDRESS,
      port: SERVER_PORT,
      from,
      to,
      tls,
      messageId,
      content: content.toString('base64'),
      folder: own,
      // Longer than we wait: when it ends, either it did so by itself or we ended it.
      windowMs: START_LIMIT_MS + patienceMs + GRACE_MS,
    };
    this.startedAt = this.clock.now();
    return startInside(namespaceOf(prefix, 'client'), 'client-process', job, (word) => {
      const said = word as ClientWord;
      if ('failed' in said) this.failure = said.failed;
      else if (this.stoppedAt === null) this.report = { at: this.clock.now(), of: said.report };
      else this.report = { at: this.stoppedAt, of: said.report };
    });
  }

  /** Looks on until the client has ended, the patience is over, or everything is to stop. */
  async untilOver(client: LabProcess): Promise<void> {
    const { patienceMs, healAfterMs, signal } = this.plan;
    const over = new AbortController();
    void client.over.then(() => {
      if (this.stoppedAt === null) this.diedAt = this.clock.now();
      over.abort();
    });
    const either = AbortSignal.any([over.signal, signal]);
    while (!either.aborted) {
      const now = this.clock.now();
      const limitAt = this.goAheadAt === null ? this.startedAt + START_LIMIT_MS : this.goAheadAt + patienceMs;
      if (now >= limitAt) break;
      if (healAfterMs !== null && this.heal === null && now >= (this.goAheadAt ?? Infinity) + healAfterMs) this.letIn();
      this.samples.push(...(await this.sample()));
      await pause(SAMPLE_EVERY_MS, undefined, { signal: either }).catch(() => undefined);
    }
    if (this.report === null && this.diedAt === null) this.stoppedAt = this.clock.now();
  }

  private letIn(): void {
    const at = this.clock.now();
    const counted = this.counted();
    setBlackhole(this.plan.prefix, false);
    this.heal = { at, counted };
  }

  private async sample(): Promise<readonly TcpSample[]> {
    const args = ['-N', namespaceOf(this.plan.prefix, 'client'), '-tinoOH', 'dst', SERVER_ADDRESS];
    const text = await new Promise<string>((resolve) => {
      // What cannot be asked has not been said; the verdict tells when nothing was.
      execFile(findProgram('ss') ?? 'ss', args, { timeout: START_LIMIT_MS }, (_error, stdout) => resolve(stdout));
    });
    this.askedAt = this.clock.now();
    return parseTcpInfo(text, this.askedAt);
  }

  private counted(): Counted {
    return counted(this.before, readCounters(this.plan.prefix));
  }

  conclude(client: LabProcess): MtuStep {
    const { name, serverMtu, content } = this.plan;
    const connected = this.sightings.find((one) => one.type === 'connected');
    const zero = connected?.at ?? this.startedAt;
    const endAt = this.stoppedAt ?? Infinity;
    // What followed from our ending the client is no part of the story.
    const seen = this.sightings.filter((one) => one.at <= endAt).map((one) => moved(one, zero));
    const server = serverSight(seen);
    const samples = this.samples.map((one) => moved(one, zero)).filter((one) => isOfStall(one, server));
    const stalled = samples.filter(
      (one) => one.unacked > 0 && one.at < (this.heal === null ? Infinity : this.heal.at - zero),
    );
    const digest = createHash('sha256').update(content).digest('hex');
    return {
      name,
      serverMtu,
      messageOctets: content.length,
      client: this.clientSight(client, zero),
      server,
      delivered: server.accepted.length > 0,
      unchanged: server.accepted.some((message) => message.digest === digest),
      gaveUpAt: server.accepted.length > 0 ? null : closedAt(samples, round(this.askedAt - zero)),
      retransmissions: retransmissions(samples),
      kernel: stalled.at(-1) ?? null,
      counted: this.counted(),
      heal: this.heal === null ? null : moved(this.heal, zero),
    };
  }

  private clientSight(client: LabProcess, zero: number): ClientSight {
    const { report, stoppedAt, diedAt } = this;
    const since = (at: number | null): number | null => (at === null ? null : round(at - zero));
    const first = report?.of.outcomes[0];
    return {
      end: report?.of.end ?? null,
      exitCode: report?.of.exitCode ?? null,
      outcome: first?.outcome ?? 'unknown',
      words: (first?.text ?? this.failure ?? client.lastWords()).trim(),
      endedAt: stoppedAt === null ? since(report?.at ?? diedAt) : null,
      stoppedAt: since(stoppedAt),
    };
  }
}

/** Of the connection that came to mail data first: neither a later one, nor one that an earlier step left dying. */
function isOfStall(sample: TcpSample, { goAhead }: ServerSight): boolean {
  return sample.peerPort === SERVER_PORT && sample.localPort === goAhead?.peerPort;
}

function moved<T extends { readonly at: number }>(thing: T, zero: number): T {
  return { ...thing, at: round(thing.at - zero) };
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
