import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TraceEvent, TraceRecord } from '../../src/wire/trace-event';
import type { TrialRecord } from '../../src/wire/trial-record';
import {
  RecordError,
  readTraceFile,
  readTrialRecord,
  traceFileName,
  traceFileWriter,
  writeTrialRecord,
} from '../../src/wire/trial-record-file';

const trace = (connection: number, ...events: readonly TraceEvent[]): TraceRecord => ({
  connection,
  server: 0,
  events,
  dropped: { octets: 0, events: 0 },
});

const RECEIVED: TraceEvent = {
  type: 'received',
  seq: 1,
  at: 0.5,
  layer: 'plain',
  offset: 0,
  length: 2,
  octets: Buffer.from([0xe9, 0x0a]),
};
const FIN: TraceEvent = { type: 'peer', seq: 2, at: 1, what: 'fin' };

const RECORD: TrialRecord = {
  schemaVersion: 1,
  writtenBy: '0.1.0',
  startedAt: '2004-02-18T09:52:07.000Z',
  clockOrigin: '123456789',
  scenario: { name: 'greylisting', title: 'A first attempt is put off', rules: [{ id: 'rules[0]', times: null }] },
  seed: 42,
  windowMs: 30_000,
  timeScale: 1,
  client: { name: 'nodemailer', version: null, role: 'submission', capabilities: ['auth', 'starttls'] },
  submissions: [
    {
      id: 1,
      from: 'a@example.com',
      to: ['b@example.com'],
      messageId: '<1@example.com>',
      digest: 'ab'.repeat(32),
      size: 512,
      content: 'plain',
      tls: 'none',
      auth: false,
    },
  ],
  outcomes: [{ submission: 1, recipient: null, outcome: 'refused', text: '450 later' }],
  end: 'client-finished',
  endedAt: 1234.567,
  traces: [trace(1, RECEIVED, FIN), trace(2)],
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trial-record-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const complaint = (path: string): string => {
  try {
    readTrialRecord(path);
  } catch (error) {
    if (error instanceof RecordError) return error.message.replace(folder, '…');
    throw error;
  }
  return 'no complaint';
};

/** The record's trial.json with one change, as text. */
const writtenWith = (change: object): void => {
  writeTrialRecord(folder, RECORD);
  const path = join(folder, 'trial.json');
  writeFileSync(path, JSON.stringify(Object.assign(JSON.parse(readFileSync(path, 'utf8')), change)));
};

describe('a trial record on disk', () => {
  it('reads back equal, by its folder and by its trial.json', () => {
    writeTrialRecord(folder, RECORD);
    expect(readTrialRecord(folder)).toEqual(RECORD);
    expect(readTrialRecord(join(folder, 'trial.json'))).toEqual(RECORD);
  });

  it('is a trial.json and a numbered file for each trace, with nothing left beside them', () => {
    writeTrialRecord(folder, RECORD);
    expect(readdirSync(folder).toSorted()).toEqual(['trace-0001.jsonl', 'trace-0002.jsonl', 'trial.json']);
    expect(readFileSync(join(folder, 'trace-0002.jsonl'), 'utf8')).toBe(
      '{"trace":1,"connection":2,"server":0}\n{"dropped":{"octets":0,"events":0}}\n',
    );
    expect(JSON.parse(readFileSync(join(folder, 'trial.json'), 'utf8'))).not.toHaveProperty('traces');
  });

  it('makes its folder, and the folders above', () => {
    const deep = join(folder, 'a', 'b');
    writeTrialRecord(deep, RECORD);
    expect(readTrialRecord(deep)).toEqual(RECORD);
  });

  it('replaces a longer record without reading what is left of it', () => {
    writeTrialRecord(folder, RECORD);
    writeTrialRecord(folder, { ...RECORD, traces: [trace(7)] });
    expect(readTrialRecord(folder).traces).toEqual([trace(7)]);
  });

  it('writes and reads a trace of several pieces', () => {
    const octets = Buffer.alloc(100_000, 0xff);
    const events = Array.from({ length: 30 }, (_, seq) => ({ ...RECEIVED, seq, length: octets.length, octets }));
    writeTrialRecord(folder, { ...RECORD, traces: [trace(1, ...events)] });
    const read = readTrialRecord(folder).traces[0]?.events ?? [];
    expect(read).toHaveLength(30);
    expect(read.every((event) => event.type === 'received' && event.octets?.equals(octets))).toBe(true);
  });

  it('keeps what a newer writer added', () => {
    writtenWith({ weather: 'rain' });
    expect(readTrialRecord(folder)).toMatchObject({ weather: 'rain', seed: 42 });
  });

  it('tells of a torn trace and reads the rest', () => {
    writeTrialRecord(folder, RECORD);
    truncateSync(join(folder, 'trace-0001.jsonl'), 60);
    const told: string[] = [];
    expect(readTrialRecord(folder, (problem) => told.push(problem)).traces[0]).toEqual(trace(1));
    expect(told).toEqual([expect.stringMatching(/trace-0001\.jsonl:2: the last line is torn/)]);
  });

  it('cannot be written where a file is in the way', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => writeTrialRecord(join(folder, 'file'), RECORD)).toThrow(RecordError);
  });

  it('leaves no temporary file when it cannot be put in place', () => {
    mkdirSync(join(folder, 'trial.json'));
    expect(() => writeTrialRecord(folder, RECORD)).toThrow(/trial\.json: cannot be written/);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('what is no trial record', () => {
  test.each([
    ['of a newer version', { schemaVersion: 2 }, 'trial record format 2, and this version reads 1: a newer smtp-gauntlet is needed'], // prettier-ignore
    ['of an older version', { schemaVersion: 0 }, 'trial record format 0, and this version reads 1: only an older smtp-gauntlet reads that'], // prettier-ignore
    ['with a version that is no number', { schemaVersion: [1] }, 'the version of the trial record format should be a whole number'], // prettier-ignore
    ['with a seed that is text', { seed: '42' }, 'seed should be a number'],
    ['without a client', { client: undefined }, 'client should be an object'],
    ['with a role nobody has', { client: { ...RECORD.client, role: 'mua' } }, 'client.role should be one of mta, submission, unknown'], // prettier-ignore
    ['with a scenario that has no name', { scenario: { title: 't' } }, 'scenario.name should be a string'],
    ['with a negative size', { submissions: [{ ...RECORD.submissions[0], size: -1 }] }, 'submissions[0].size should be a whole number, 0 or more'], // prettier-ignore
    ['with an outcome nobody knows', { outcomes: [{ ...RECORD.outcomes[0], outcome: 'lost' }] }, 'outcomes[0].outcome should be one of accepted, deferred, bounced, refused, unknown'], // prettier-ignore
    ['with submissions that are no list', { submissions: { length: 1 } }, 'submissions should be a list'],
    ['that points out of its folder', { traceFiles: ['../../etc/passwd'] }, 'traceFiles[0] should be a name such as trace-0001.jsonl'], // prettier-ignore
    ['that points to a pipe by name', { traceFiles: ['trace-0001.jsonl\n'] }, 'traceFiles[0] should be a name such as trace-0001.jsonl'], // prettier-ignore
  ])('one %s', (_name, change, reason) => {
    writtenWith(change);
    expect(complaint(folder)).toBe(`…/trial.json: ${reason}`);
  });

  it('a folder without one', () => {
    expect(complaint(folder)).toBe('…/trial.json: cannot be read: there is no such file');
  });

  it('a path that is not there', () => {
    expect(complaint(join(folder, 'nowhere'))).toBe('…/nowhere: cannot be read: there is no such file');
  });

  it('a trial.json that is a folder', () => {
    mkdirSync(join(folder, 'trial.json'));
    expect(complaint(folder)).toBe('…/trial.json: is not a file');
  });

  it('a trial.json that was cut short', () => {
    writeTrialRecord(folder, RECORD);
    truncateSync(join(folder, 'trial.json'), 100);
    expect(complaint(folder)).toBe('…/trial.json: is not JSON: cut short, or damaged');
  });

  it.each(['{}', '[]', 'null', '"trial"', '{"name":"x"}'])('other JSON: %s', (json) => {
    writeFileSync(join(folder, 'trial.json'), json);
    expect(complaint(folder)).toBe('…/trial.json: is no trial record of smtp-gauntlet: it has no schemaVersion');
  });

  it('one with a trace missing', () => {
    writeTrialRecord(folder, RECORD);
    rmSync(join(folder, 'trace-0002.jsonl'));
    expect(complaint(folder)).toBe('…/trace-0002.jsonl: cannot be read: there is no such file');
  });

  it('one with a trace broken in the middle', () => {
    writeTrialRecord(folder, RECORD);
    const path = join(folder, 'trace-0001.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"type":"received"', '"type":received'));
    expect(complaint(folder)).toBe('…/trace-0001.jsonl:2: is not a JSON object: the line is damaged');
  });

  it('one too large to be ours: it is not even opened', () => {
    writeTrialRecord(folder, RECORD);
    truncateSync(join(folder, 'trial.json'), 300 * 2 ** 20);
    expect(complaint(folder)).toBe('…/trial.json: is larger than 256 MiB, the most that is read');
  });
});

describe('a trace file that grows', () => {
  it('holds what was written, once it is ended', async () => {
    const path = join(folder, 'saved', traceFileName(12));
    const writer = traceFileWriter(path, { connection: 12, server: 1 });
    writer.write(RECEIVED);
    writer.write(FIN);
    await writer.end({ octets: 3, events: 2 });
    expect(readTraceFile(path)).toEqual({
      connection: 12,
      server: 1,
      events: [RECEIVED, FIN],
      dropped: { octets: 3, events: 2 },
    });
  });

  it('says at the end what went wrong on the way', async () => {
    mkdirSync(join(folder, 'trace-0001.jsonl'));
    const writer = traceFileWriter(join(folder, 'trace-0001.jsonl'), { connection: 1, server: 0 });
    writer.write(FIN);
    await expect(writer.end({ octets: 0, events: 0 })).rejects.toThrow(
      /trace-0001\.jsonl: cannot be written: a folder is in the place of the file/,
    );
  });

  it('numbers its name with four digits and more', () => {
    expect([traceFileName(1), traceFileName(12_345)]).toEqual(['trace-0001.jsonl', 'trace-12345.jsonl']);
  });
});
