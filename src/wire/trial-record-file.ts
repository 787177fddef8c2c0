// A trial record on disk: a folder with `trial.json` and one `trace-0001.jsonl` per connection (docs/trial-record.md).
// Used by the gauntlet and `serve --save` to write, by `judge` and `transcript` to read. `trial.json` is renamed into
// place last, so a folder that has one is complete. A file is trusted by nobody: it is held against guards, wholly.

import {
  closeSync,
  createWriteStream,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { RecordError, isObject, parseJson, refuseOtherVersion, refuseUnless } from './guard';
import { readTrace, writeTrace, writeTraceHeader, writeTraceLine, writeTraceTrailer } from './trace-json';
import type { TraceEvent, TraceRecord } from './trace-event';
import { TRIAL_GUARD, traceFileName } from './trial-guard';
import type { TrialFile } from './trial-guard';
import { TRIAL_SCHEMA_VERSION } from './trial-record';
import type { TrialRecord } from './trial-record';

export { RecordError } from './guard';
export { traceFileName } from './trial-guard';

const MEBIBYTE = 2 ** 20;
/** Beyond this a file is not one of ours, and Node could not hold it in one string much longer. */
const MOST_OCTETS = 256 * MEBIBYTE;
const PIECE_OCTETS = MEBIBYTE;

// --- writing -----------------------------------------------------------------------------------------------------

/**
 * Writes a trial record, traces first. Files of an earlier record in that folder are replaced; a trace file that the new
 * record has no use for stays and is not read.
 * @param folder made when it is not there
 * @throws RecordError when the folder or a file cannot be written
 */
export function writeTrialRecord(folder: string, record: TrialRecord): void {
  const { traces, ...rest } = record;
  const traceFiles = traces.map((_, index) => traceFileName(index + 1));
  const trial: TrialFile = { ...rest, traceFiles };
  makeFolder(folder);
  for (const [index, trace] of traces.entries()) writeFile(join(folder, traceFileName(index + 1)), writeTrace(trace));
  writeFile(join(folder, 'trial.json'), [JSON.stringify(trial, null, 2)]);
}

/** Writes lines under a temporary name beside the file and renames: nobody ever sees half a file. */
function writeFile(path: string, lines: Iterable<string>): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const file = openSync(temporary, 'w');
    try {
      let piece = '';
      for (const line of lines) {
        piece += `${line}\n`;
        if (piece.length < PIECE_OCTETS) continue;
        writeWhole(file, piece);
        piece = '';
      }
      writeWhole(file, piece);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new RecordError(path, null, `cannot be written: ${reasonOf(error)}`);
  }
}

/** `writeSync` may take less than it is given. */
function writeWhole(file: number, piece: string): void {
  let octets = Buffer.from(piece, 'utf8');
  while (octets.length > 0) octets = octets.subarray(writeSync(file, octets));
}

export interface TraceFileWriter {
  /** Appends one event. Never throws: what goes wrong is told by `end`. */
  write(event: TraceEvent): void;
  /**
   * Writes the trailer and closes the file.
   * @throws RecordError (as rejection) when any of it could not be written
   */
  end(dropped: TraceRecord['dropped']): Promise<void>;
}

/**
 * Opens a trace file that grows with its connection, replacing one of that name. Unlike `writeTrialRecord` it writes
 * under the final name: a file cut short by a crash is readable up to its last whole line.
 * @throws RecordError when the folder cannot be made
 */
export function traceFileWriter(path: string, of: Pick<TraceRecord, 'connection' | 'server'>): TraceFileWriter {
  makeFolder(dirname(path));
  const stream = createWriteStream(path);
  // Settled at once into a value, so that a full disk is no unhandled rejection while the connection is still on.
  const outcome = finished(stream).then(
    () => null,
    (error: unknown) => reasonOf(error),
  );
  const append = (line: string): void => {
    if (!stream.destroyed) stream.write(`${line}\n`);
  };
  append(writeTraceHeader(of.connection, of.server));
  return {
    write: (event) => append(writeTraceLine(event)),
    async end(dropped) {
      append(writeTraceTrailer(dropped));
      stream.end();
      const reason = await outcome;
      if (reason !== null) throw new RecordError(path, null, `cannot be written: ${reason}`);
    },
  };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new RecordError(folder, null, `cannot be made: ${reasonOf(error)}`);
  }
}

// --- reading -----------------------------------------------------------------------------------------------------

/**
 * Reads a trial record.
 * @param path the folder, or its trial.json
 * @param tell is told what does not hinder reading: a torn last line, an event type of a newer writer
 * @throws RecordError when anything is missing, cut short, too large, of another version or of the wrong type
 */
export function readTrialRecord(path: string, tell: (problem: string) => void = () => {}): TrialRecord {
  const file = isFolder(path) ? join(path, 'trial.json') : path;
  const { traceFiles, ...trial } = readTrialFile(file);
  const traces = traceFiles.map((name) => {
    const traceFile = join(dirname(file), name);
    const { record, problems } = readTrace(readBounded(traceFile), traceFile);
    problems.forEach(tell);
    return record;
  });
  return { ...trial, traces };
}

/**
 * Reads one trace file by itself.
 * @throws RecordError as `readTrialRecord` does
 */
export function readTraceFile(path: string, tell: (problem: string) => void = () => {}): TraceRecord {
  const { record, problems } = readTrace(readBounded(path), path);
  problems.forEach(tell);
  return record;
}

function readTrialFile(file: string): TrialFile {
  const value = parseJson(
    readBounded(file)
      .toString('utf8')
      .replace(/^\ufeff/, ''),
  );
  if (value === undefined) throw new RecordError(file, null, 'is not JSON: cut short, or damaged');
  if (!isObject(value) || !Object.hasOwn(value, 'schemaVersion')) {
    throw new RecordError(file, null, 'is no trial record of smtp-gauntlet: it has no schemaVersion');
  }
  // Before the guards: what another version means by a field is not for this one to complain about.
  refuseOtherVersion(value['schemaVersion'], TRIAL_SCHEMA_VERSION, 'trial record format', file, null);
  const trial: unknown = value;
  refuseUnless(TRIAL_GUARD, trial, file, null);
  return trial;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Regular files only: a pipe or a device would be waited for without end. */
function readBounded(file: string): Buffer {
  try {
    const found = statSync(file);
    if (!found.isFile()) throw new RecordError(file, null, 'is not a file');
    if (found.size > MOST_OCTETS) {
      throw new RecordError(file, null, `is larger than ${MOST_OCTETS / MEBIBYTE} MiB, the most that is read`);
    }
    return readFileSync(file);
  } catch (error) {
    if (error instanceof RecordError) throw error;
    throw new RecordError(file, null, `cannot be read: ${reasonOf(error)}`);
  }
}

/** The system's few codes in words, anything else as the system says it. */
function reasonOf(error: unknown): string {
  const code = isObject(error) ? error['code'] : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
    case 'EPERM':
      return 'no permission';
    case 'ENOSPC':
      return 'no space left on the disk';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a file is in the place of a folder';
    case 'EISDIR':
      return 'a folder is in the place of the file';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
