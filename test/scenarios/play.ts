// Plays shipped scenarios against scripted senders on real sockets, and looks at the record that comes out of it: what was
// said, and what a Domino console and its statistics would have shown of it. Used by seeds.test.ts.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientDriver } from '../../src/clients/driver';
import { scriptedDriver } from '../../src/clients/scripted';
import { logLines, NEW_LOG } from '../../src/domino/log';
import { logOptions } from '../../src/domino/log-line';
import { count, countSession, createStatistics } from '../../src/domino/statistics';
import { runTrial } from '../../src/gauntlet/trial';
import { connectionRecord, type ConnectionRecord } from '../../src/mock/connection-record';
import { loadScenario } from '../../src/scenario/load';
import { loadSender } from '../../src/scenario/sender';
import type { TraceEvent } from '../../src/wire/trace-event';
import type { TrialRecord } from '../../src/wire/trial-record';

export interface Played {
  readonly record: TrialRecord;
  /** In the order of their accept. */
  readonly connections: readonly ConnectionRecord[];
}

/** One folder for all trials of a test file: a certificate is made once. */
export class Stage {
  private readonly folder = mkdtempSync(join(tmpdir(), 'seeds-'));

  /** @param sender the scenario's own when left out */
  play(name: string, sender?: string): Promise<Played> {
    return this.playWith(name, this.driver(name, sender));
  }

  /** @param onEvent sees everything as it is recorded */
  async playWith(
    name: string,
    driver: ClientDriver,
    onEvent: (event: TraceEvent) => void = () => undefined,
  ): Promise<Played> {
    const result = await runTrial(loadScenario(name), driver, {
      seed: 1,
      folder: null,
      clientVersion: null,
      timeScale: 1,
      certificates: this.folder,
      onEvent: (_trace, event) => onEvent(event),
    });
    if (!result.ran) throw new Error(`${name} was not run: ${result.reason}`);
    return { record: result.record, connections: result.record.traces.map(connectionRecord) };
  }

  driver(name: string, sender?: string): ClientDriver {
    return scriptedDriver(loadSender(sender ?? loadScenario(name).sender ?? 'well-behaved'));
  }

  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** `MAIL FROM:<…> → 554`, one per command, parameters left out. */
export function said({ connections }: Played): readonly (readonly string[])[] {
  return connections.map(({ commands }) =>
    commands.map(({ line, code }) => `${line.replace(/(>) .*/, '$1')} → ${code ?? 'nothing'}`),
  );
}

/** The reply to the first command that begins like this, its lines without CRLF. */
export function replyTo({ connections }: Played, beginning: string): readonly string[] {
  const found = connections.flatMap(({ commands }) => commands).find(({ line }) => line.startsWith(beginning));
  if (found === undefined) throw new Error(`nobody said ${beginning}`);
  return found.reply;
}

/** The replies to the connection itself, one per connection. */
export function greetings({ connections }: Played): readonly string[] {
  return connections.map(({ trace }) => {
    const reply = trace.events.find((event) => event.type === 'reply');
    return reply?.type === 'reply' ? reply.octets.replace('\r\n', '') : '';
  });
}

/** What arrived at the client's end of the path, latin1. */
export function seenByClient(connection: ConnectionRecord | undefined): string {
  const sent = (connection?.trace.events ?? []).flatMap((event) =>
    event.type === 'sent' && event.layer === 'wire' && event.octets !== undefined ? [event.octets] : [],
  );
  return Buffer.concat(sent).toString('latin1');
}

/** `sho stat smtp`: one counter, over all connections. */
export function commandCount({ connections }: Played, verb: string): number {
  const statistics = createStatistics();
  for (const { trace } of connections) {
    const session = countSession(statistics);
    for (const event of trace.events) count(session, event);
  }
  return statistics.commands[verb] ?? 0;
}

const LOG = logOptions({ dateOf: () => ({ year: 2004, month: 2, day: 18, hour: 9, minute: 52, second: 7 }) });

/** The last line of each connection in a Domino log, from "disconnected" on. */
export function disconnects({ connections }: Played): readonly string[] {
  return connections.map(({ trace }) => {
    let state = NEW_LOG;
    const lines: string[] = [];
    for (const event of trace.events) {
      const logged = logLines(state, event, LOG);
      state = logged.state;
      lines.push(...logged.lines);
    }
    return /disconnected.*/.exec(lines.at(-1) ?? '')?.[0] ?? '';
  });
}
