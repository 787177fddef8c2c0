// `transcript FILE`: a saved trace, or a whole trial record, as an annotated dialogue.

import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { Command } from 'commander';
import { transcript } from '../../report/transcript';
import type { Scenario } from '../../scenario/scenario';
import type { TraceRecord } from '../../wire/trace-event';
import { printTraceText } from '../../wire/trace-text';
import { readTraceFile, readTrialRecord } from '../../wire/trial-record-file';
import { print, printError, terminalOf } from '../terminal';

interface TranscriptOptions {
  readonly layers?: boolean;
  readonly compact?: boolean;
  readonly connection?: string;
}

export function transcriptCommand(): Command {
  return new Command('transcript')
    .description('Print a saved trace or trial record as an annotated dialogue')
    .argument('<record>', 'a trace file (.jsonl), a trial folder, or its trial.json')
    .option('--layers', 'show what each middlebox of the path made of the octets')
    .option('--compact', 'print the compact text form that tests are written in')
    .option('--connection <n>', 'only this connection')
    .action((path: string, options: TranscriptOptions) => show(path, options));
}

function show(path: string, { layers, compact, connection }: TranscriptOptions): void {
  const { traces, scenario } = read(path);
  const chosen = connection === undefined ? traces : traces.filter((trace) => String(trace.connection) === connection);
  if (compact === true) return print(printTraceText([...chosen]));
  const { color, width } = terminalOf();
  for (const trace of chosen) {
    print(transcript(trace, { color, width, layers: layers === true, ...(scenario === null ? {} : { scenario }) }));
  }
  if (chosen.length === 0) printError('no connection in this record');
}

function read(path: string): { traces: readonly TraceRecord[]; scenario: Scenario | null } {
  const tell = (problem: string): void => printError(problem);
  const isTrial = statSync(path).isDirectory() || basename(path) === 'trial.json';
  if (!isTrial) return { traces: [readTraceFile(path, tell)], scenario: null };
  const record = readTrialRecord(path, tell);
  // The resolved scenario stands in the record as it was; its shape is the writer's version.
  return { traces: record.traces, scenario: record.scenario as unknown as Scenario };
}
