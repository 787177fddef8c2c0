// `serve [scenario]`: listens, shows every dialogue as it happens, and stops in good order at Ctrl-C. What is shown and
// written is serve-log.ts, the Domino console is serve-console.ts.

import { readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { Command, Option } from 'commander';
import { parseNotesIni } from '../../domino/notes-ini';
import { statisticsJson, statisticsPrometheus } from '../../domino/statistics-print';
import { startMockServer, type MockServer, type MockServerOptions } from '../../mock/mock-server';
import { loadScenario } from '../../scenario/load';
import type { Scenario } from '../../scenario/scenario';
import { portNumber, wholeNumber } from '../option-values';
import { ServeConsole } from '../serve-console';
import { addLogOptions, serveLog, type ServeLogOptions } from '../serve-log';
import { EXIT, printError, UsageError } from '../terminal';

interface ServeOptions extends ServeLogOptions {
  readonly port: number;
  readonly host: string;
  readonly anyInterface?: boolean;
  readonly seed?: number;
  readonly save?: string;
  readonly receivedHeader?: boolean;
  readonly fsync: boolean;
  readonly messages?: number;
  readonly sessions?: number;
  readonly console?: boolean;
  readonly notesIni?: string;
  readonly statsJson?: string;
  readonly statsPrometheus?: string;
  readonly portFile?: string;
  readonly allowRemoteDns?: boolean;
  readonly keepSecrets?: boolean;
}

export function serveCommand(): Command {
  const command = new Command('serve')
    .description('Listen as one scenario and show each dialogue as it happens')
    .argument('[scenario]', 'a name (see list) or a scenario file', 'domino-hardened')
    .addOption(new Option('-p, --port <n>', 'port to listen on; 0 = any free one').default(2525).argParser(portNumber))
    .addOption(new Option('--host <address>', 'address to listen on').default('127.0.0.1'))
    .option('--any-interface', 'allow a --host beyond loopback')
    .addOption(new Option('--seed <n>', 'repeat a run: seed of probabilities and delays').argParser(wholeNumber))
    .option('--save <folder>', 'write accepted messages there, before they are acknowledged')
    .option('--received-header', 'with --save: put the Received header before it that Domino would have written')
    .option('--no-fsync', 'with --save: do not wait for the disk')
    .addOption(new Option('--messages <n>', 'end after so many accepted messages').argParser(wholeNumber))
    .addOption(new Option('--sessions <n>', 'end after so many connections').argParser(wholeNumber))
    .option('--port-file <file>', 'write the port number there once listening')
    .option('--allow-remote-dns', 'let blacklist look-ups leave this machine')
    .option('--keep-secrets', 'show credentials instead of masking them')
    .option('--console', 'act on Domino console commands from standard input (help lists them)')
    .option('--notes-ini <file>', 'notes.ini variables; read again at "tell smtp update config"')
    .option('--stats-json <file>', 'write the statistics there at the end')
    .option('--stats-prometheus <file>', 'the same, as Prometheus text');
  return addLogOptions(command).action(async (name: string, options: ServeOptions) => {
    process.exitCode = await serve(loadScenario(name), options);
  });
}

async function serve(scenario: Scenario, options: ServeOptions): Promise<number> {
  refuseWideOpen(options);
  const interrupt = (): void => void process.kill(process.pid, 'SIGINT');
  const screen = new ServeConsole({ input: process.stdin, output: process.stdout, interrupt });
  const log = serveLog(scenario, options, (line) => screen.print(line), options.console === true);
  const stop = new AbortController();
  const server = await startMockServer(scenario, { ...serverOptions(options), ...log.serverOptions });
  // Before anybody is told that it listens: whoever waits for that may interrupt at once.
  const stopped = untilStopped(stop.signal);
  try {
    announce(server, options);
  } catch (error) {
    // Somewhere to write the port cannot be had: nothing is left running.
    stop.abort();
    await server.stop();
    throw error;
  }
  endWhenDone(server, options, stop);
  if (options.console === true) startConsole(screen, server, stop);
  const code = await stopped;
  stop.abort();
  screen.close();
  await server.stop(code === EXIT.interrupted ? 1000 : 0);
  log.close();
  writeStatistics(server, options);
  const { length } = await server.messages();
  printError(
    `stopped: ${server.records.connections.length + server.records.dropped} connections, ${length + server.store.dropped} messages accepted`,
  );
  return code === EXIT.interrupted && options.messages === undefined && options.sessions === undefined ? EXIT.ok : code;
}

/**
 * Ctrl-D on a terminal ends the server as `quit` does. The end of a pipe does not: `echo "set config …" | serve --console`
 * has set something, and is then a server like any other.
 */
function startConsole(screen: ServeConsole, server: MockServer, stop: AbortController): void {
  void screen.run(server.task).then(
    (end) => (end === 'quit' || screen.isInteractive ? stop.abort() : undefined),
    (error: unknown) =>
      setImmediate(() => {
        throw error;
      }),
  );
}

function writeStatistics({ desk }: MockServer, { statsJson, statsPrometheus }: ServeOptions): void {
  if (statsJson !== undefined)
    writeFileSync(statsJson, `${JSON.stringify(statisticsJson(desk.statistics), null, 2)}\n`);
  if (statsPrometheus !== undefined) writeFileSync(statsPrometheus, statisticsPrometheus(desk.statistics));
}

/** Never open to others by accident: this server accepts what any client sends. */
function refuseWideOpen({ host, anyInterface }: ServeOptions): void {
  const loopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  if (loopback) return;
  if (anyInterface !== true) {
    throw new UsageError(`--host ${host} lets other machines in; add --any-interface if that is meant`);
  }
  printError(`warning: listening on ${host}: anybody who can reach this machine can talk to this server`);
}

function serverOptions(options: ServeOptions): MockServerOptions {
  const { host, port, seed, save, receivedHeader, fsync, allowRemoteDns, keepSecrets, notesIni } = options;
  return {
    host,
    port,
    fsync,
    ...(seed === undefined ? {} : { seed }),
    ...(save === undefined ? {} : { save }),
    ...(receivedHeader === undefined ? {} : { receivedHeader }),
    ...(allowRemoteDns === undefined ? {} : { allowRemoteDns }),
    ...(keepSecrets === undefined ? {} : { keepSecrets }),
    ...(notesIni === undefined ? {} : notesIniFrom(notesIni)),
    keepContent: save !== undefined,
  };
}

/** The file as it is now; should it be gone or unreadable later on, what was last read goes on holding. */
function notesIniFrom(file: string): Pick<MockServerOptions, 'notesIni' | 'rereadNotesIni'> {
  let last = parseNotesIni(readFileSync(file, 'latin1'));
  const rereadNotesIni = (): Readonly<Record<string, string>> => {
    try {
      last = parseNotesIni(readFileSync(file, 'latin1'));
    } catch (error) {
      printError(`${file} cannot be read, its variables stay as they are: ${String(error)}`);
    }
    return last;
  };
  return { notesIni: last, rereadNotesIni };
}

function announce(server: MockServer, { portFile, quiet }: ServeOptions): void {
  // Before anything is said: who reads "listening on" may look for the file at once.
  if (portFile !== undefined) writeFileSync(portFile, `${server.port}\n`);
  const where = server.addresses.flatMap(({ hosts, port }) =>
    hosts.map((host) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)),
  );
  printError(`${server.scenario.name}: ${server.scenario.title}`);
  for (const problem of server.task.notesIniProblems) printError(`warning: ${problem}`);
  printError(`listening on ${where.join(' and ')}, seed ${server.seed}, persona ${server.persona.name}. Ctrl-C stops.`);
  if (quiet !== true) printError('');
}

function endWhenDone(server: MockServer, { messages, sessions }: ServeOptions, stop: AbortController): void {
  // Until somebody stops the server: a wait that goes on would keep the process alive.
  const forever = { timeoutMs: 2 ** 31 - 1, signal: stop.signal };
  const waits: Promise<unknown>[] = [];
  if (messages !== undefined)
    waits.push(server.messages({ count: messages, ...forever }).then(() => server.quiet(forever)));
  if (sessions !== undefined) waits.push(server.connections({ count: sessions, ...forever }));
  void Promise.race(waits).then(
    () => stop.abort(),
    () => stop.abort(),
  );
}

/** @returns the exit code: interrupted by a signal, or ended by itself */
function untilStopped(done: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    const keepAlive = setInterval(() => undefined, 2 ** 30);
    const end = (code: number): void => {
      clearInterval(keepAlive);
      resolve(code);
    };
    process.once('SIGINT', () => end(EXIT.interrupted));
    process.once('SIGTERM', () => end(EXIT.interrupted));
    done.addEventListener('abort', () => end(EXIT.ok), { once: true });
  });
}
