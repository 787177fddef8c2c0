// What `serve` writes while it runs: the transcript, Domino's console log, or the events as JSON lines, each to the terminal
// or to a file that rotates. Used by the command `serve`. How a dialogue is told is report/'s and domino/'s business.

import { Option, type Command } from 'commander';
import type { MockServerOptions } from '../mock/mock-server';
import { liveTranscript } from '../report/transcript-live';
import { parseOctets } from '../scenario/units';
import type { Scenario } from '../scenario/scenario';
import type { TraceEvent } from '../wire/trace-event';
import { writeTraceLine } from '../wire/trace-json';
import { quantity, wholeNumber } from './option-values';
import { withoutFreshSecrets } from './fresh-secrets';
import { addLogLookOptions, logLook, type LogLookOptions } from './log-look';
import { RotatingFile } from './rotating-file';
import { printError, terminalOf } from './terminal';

const FORMATS = ['transcript', 'domino', 'json'] as const;
type Format = (typeof FORMATS)[number];

export interface ServeLogOptions extends LogLookOptions {
  readonly log: Format;
  readonly logFile?: string;
  readonly logFormat?: Format;
  readonly logSize: number;
  readonly logKeep: number;
  readonly quiet?: boolean;
  readonly layers?: boolean;
  readonly keepSecrets?: boolean;
}

/** The options of `serve` that are this file's. */
export function addLogOptions(command: Command): Command {
  const withForm = command
    .addOption(new Option('--log <form>', 'what is shown').choices(FORMATS).default('transcript'))
    .option('--log-file <file>', 'write a log there as well')
    .addOption(new Option('--log-format <form>', 'form of the log file; default: as shown').choices(FORMATS))
    .addOption(
      new Option('--log-size <size>', 'a log file rotates at').default(10e6, '10 MB').argParser(quantity(parseOctets)),
    )
    .addOption(new Option('--log-keep <n>', 'older log files kept').default(5).argParser(wholeNumber));
  return addLogLookOptions(withForm)
    .option('--layers', 'show what each middlebox of the path made of the octets')
    .option('-q, --quiet', 'show nothing');
}

export interface ServeLog {
  /** To be given to the server. */
  readonly serverOptions: Pick<MockServerOptions, 'onEvent' | 'onLogLine' | 'log'>;
  /** Writes what is left. */
  close(): void;
}

/** One place that lines go to, in one form. */
interface Channel {
  readonly event: ((connection: number, event: TraceEvent) => void) | null;
  readonly dominoLine: ((line: string, connection: number | null) => void) | null;
}

/**
 * @param show prints a line on the terminal
 * @param hasConsole lines of the listener itself are then shown whatever the form: they answer what was typed
 */
export function serveLog(
  scenario: Scenario,
  options: ServeLogOptions,
  show: (line: string) => void,
  hasConsole: boolean,
): ServeLog {
  const { color, width } = terminalOf();
  const channels: Channel[] = [];
  if (options.quiet !== true) channels.push(channel(options.log, show, { scenario, color, width }, options));
  if (hasConsole && (options.quiet === true || options.log !== 'domino')) {
    channels.push({ event: null, dominoLine: (line, connection) => (connection === null ? show(line) : undefined) });
  }
  const file = options.logFile === undefined ? null : openLogFile(options.logFile, options);
  if (file !== null) {
    const plain = { scenario, color: false, width: 120 };
    channels.push(channel(options.logFormat ?? options.log, (line) => file.line(line), plain, options));
  }
  const events = channels.flatMap(({ event }) => (event === null ? [] : [event]));
  const dominoLines = channels.flatMap(({ dominoLine }) => (dominoLine === null ? [] : [dominoLine]));
  return {
    serverOptions: {
      log: logLook(options),
      ...(events.length === 0
        ? {}
        : { onEvent: (trace, event) => events.forEach((tell) => tell(trace.connection, event)) }),
      ...(dominoLines.length === 0
        ? {}
        : { onLogLine: (line, connection) => dominoLines.forEach((tell) => tell(line, connection)) }),
    },
    close: () => file?.close(),
  };
}

function channel(
  form: Format,
  write: (line: string) => void,
  look: { readonly scenario: Scenario; readonly color: boolean; readonly width: number },
  { layers, keepSecrets }: ServeLogOptions,
): Channel {
  switch (form) {
    case 'domino':
      return { event: null, dominoLine: write };
    case 'json': {
      const shown = keepSecrets === true ? (_: number, event: TraceEvent) => event : withoutFreshSecrets();
      return { event: (connection, event) => write(jsonLine(connection, shown(connection, event))), dominoLine: null };
    }
    case 'transcript': {
      const live = liveTranscript({ ...look, layers: layers === true });
      return { event: (connection, event) => live.event(connection, event).forEach(write), dominoLine: null };
    }
  }
}

/** A line of a trace file (docs/trial-record.md) with the connection in front, since the lines of many are mixed here. */
function jsonLine(connection: number, event: TraceEvent): string {
  const line = writeTraceLine(event);
  return event.type === 'connected' ? line : `{"connection":${connection},${line.slice(1)}`;
}

function openLogFile(path: string, { logSize, logKeep }: ServeLogOptions): RotatingFile {
  return new RotatingFile(path, {
    mostOctets: logSize,
    kept: logKeep,
    trouble: (reason) => printError(`${path}: ${reason}; lines of the log are lost`),
  });
}
