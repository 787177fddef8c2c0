import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { explainFile, inOrderOfTime, type FileTrouble } from '../../src/cli/explain-files';
import { explainRecord, recordReport } from '../../src/cli/explain-record';
import { scriptedDriver } from '../../src/clients/scripted';
import { finishExplaining, startExplaining } from '../../src/domino/explain-log';
import { LINE_MEANINGS } from '../../src/domino/log-patterns';
import type { LogReport } from '../../src/domino/log-report';
import { runTrial } from '../../src/gauntlet/trial';
import { loadScenario } from '../../src/scenario/load';
import { loadLogPatterns } from '../../src/scenario/log-patterns-file';
import { loadSender } from '../../src/scenario/sender';
import { cli, cliWith } from './support';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'explain-log-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, octets: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, octets);
  return path;
}

const ARTICLE = `18/02/2004 09:52:07   SMTP Server: 192.168.0.1 connected
18/02/2004 09:52:07   SMTP Server: Originator: <m\u00fcller@example.net>
18/02/2004 09:52:07   SMTP Server: Recipient: <recipient>
18/02/2004 09:52:07   SMTP Server: Message 00364B87 (MessageID: <1@someplace>) received from 192.168.0.1 size 2320 bytes
18/02/2004 09:52:07   SMTP Server: 192.168.0.1 disconnected. 1 message[s] received
`;
const PROBE = `19/02/2004 10:00:00   SMTP Server: 10.0.0.9 connected
19/02/2004 10:00:01   SMTP Server: 10.0.0.9 disconnected. 0 message[s] received
`;

async function read(...paths: string[]): Promise<{ report: LogReport; troubles: (FileTrouble | null)[] }> {
  const explaining = startExplaining();
  const troubles: (FileTrouble | null)[] = [];
  for (const path of paths) troubles.push(await explainFile(explaining, path, null));
  return { report: finishExplaining(explaining), troubles };
}

describe('the octets of a file', () => {
  const utf16be = Buffer.from(ARTICLE, 'utf16le').swap16();
  test.each<[string, Buffer]>([
    ['utf8', Buffer.from(ARTICLE)],
    ['utf8 with a byte order mark', Buffer.from(`\ufeff${ARTICLE}`)],
    ['latin1', Buffer.from(ARTICLE, 'latin1')],
    ['utf16le', Buffer.from(ARTICLE, 'utf16le')],
    ['utf16le with a byte order mark', Buffer.from(`\ufeff${ARTICLE}`, 'utf16le')],
    ['utf16be', utf16be],
    ['utf8 and gzip', gzipSync(ARTICLE)],
    ['utf16be and gzip', gzipSync(utf16be)],
    ['two gzip members, one behind the other', Buffer.concat([gzipSync(ARTICLE), gzipSync('')])],
  ])('are read as %s', async (name, octets) => {
    const { report, troubles } = await read(file(`${name}.log`, octets));
    expect(troubles).toEqual([null]);
    expect(report.input).toMatchObject({ verdict: 'read', recognised: 5, unrecognised: 0 });
    expect(report.sessions).toMatchObject({ delivered: 1 });
  });

  test('are read to the damage when a packed file is cut short', async () => {
    const many = ARTICLE.repeat(20_000);
    const packed = gzipSync(many);
    const { report, troubles } = await read(file('cut.gz', packed.subarray(0, packed.length / 2)));
    expect(troubles[0]?.sentence).toBe('The packed file is cut short; what was in it so far is in the report.');
    expect(report.sessions.delivered).toBeGreaterThan(1000);
  });

  test('that are no text are not read at all', async () => {
    const { troubles } = await read(file('picture.nsf', Buffer.alloc(5000, '\x00\x01\x02\x80')));
    expect(troubles[0]?.sentence).toContain('export its Miscellaneous or Mail Routing Events as text');
  });
});

describe('several files', () => {
  test.each([
    [`${ARTICLE}18/02/2004 09:52:09   SMTP Server: 192.168.0.1 conn`, /last line is cut off/],
    [`${ARTICLE}18/02/20`, /last line is cut off/],
    [`${ARTICLE}\0\0\0\x01${ARTICLE}`, /Parts of it are not text/],
  ])('that are damaged are read as far as they go, and it is said: %#', async (octets, sentence) => {
    const { report, troubles } = await read(file('damaged.log', Buffer.from(octets)));
    expect(report.sessions.delivered).toBeGreaterThan(0);
    expect(troubles).toEqual([expect.objectContaining({ sentence: expect.stringMatching(sentence), grave: true })]);
  });

  test('may end without a line end, as long as the line is whole', async () => {
    const { troubles } = await read(
      file('whole.log', ARTICLE.trimEnd()),
      file('router.log', `${ARTICLE}18/02/2004 09:52:09   Router: Mess`),
    );
    expect(troubles).toEqual([null, null]);
  });

  test('are one log, though the first does not end its last line', async () => {
    const begun = ARTICLE.split('\n').slice(0, 2).join('\n');
    const { report } = await read(file('one.log', begun), file('two.log', ARTICLE.slice(begun.length + 1)));
    expect(report.sessions).toMatchObject({ connected: 1, disconnected: 1, delivered: 1, withoutBeginning: 0 });
  });

  test('are put in the order of their first dates, whatever their names', async () => {
    const [newer, older] = [file('console.log', PROBE), file('console.log.1', `Restarted\n${ARTICLE}`)];
    expect(await inOrderOfTime([newer, older], null)).toEqual([older, newer]);
  });

  test('that begin in one second are in the order of their rotation', async () => {
    const names = ['same.log', 'same.log.1', 'same.log.2.gz', 'same.log.10'];
    const [newest, second, third, oldest] = names.map((name) =>
      file(name, name.endsWith('gz') ? gzipSync(PROBE) : PROBE),
    );
    const given = [newest, second, oldest, third] as string[];
    expect(await inOrderOfTime(given, null)).toEqual([oldest, third, second, newest]);
  });

  test('stay as given when one of them has no date, or is standard input', async () => {
    const [newer, plain] = [file('dated.log', PROBE), file('undated.log', 'nothing\n')];
    expect(await inOrderOfTime([newer, plain], null)).toEqual([newer, plain]);
    expect(await inOrderOfTime([newer, '-'], null)).toEqual([newer, '-']);
  });
});

describe('patterns of the administrator', () => {
  test.each([
    ['yaml', "patterns:\n  - text: '{peer} wurde abgewiesen: {reason}'\n    means: refused-host\n"],
    ['json', '{"patterns": [{"text": "{peer} wurde abgewiesen: {reason}", "means": "refused-host"}]}'],
  ])('are read from %s', (kind, text) => {
    expect(loadLogPatterns(file(`own.${kind}`, text), LINE_MEANINGS)).toEqual([
      { text: '{peer} wurde abgewiesen: {reason}', means: 'refused-host' },
    ]);
  });

  test.each([
    ["patterns:\n  - { text: 'x {peer}', means: refused-hosts }\n", /own\.bad:2:\d+.*did you mean "refused-host"/s],
    ["patterns:\n  - { text: 'x {peer}{reason}', means: refused-host }\n", /two fields touch/],
    ['pattern: []\n', /pattern/],
  ])('are refused with a place: %j', (text, message) => {
    const path = file('own.bad', text);
    expect(() => loadLogPatterns(path, LINE_MEANINGS)).toThrow(message);
  });
});

describe('the command', () => {
  test('explains a log and ends well', async () => {
    const { code, out } = await cli('explain-log', file('a.log', ARTICLE + PROBE));
    expect(code).toBe(0);
    expect(out).toContain('1 sessions ended without a message');
  });

  test('reads standard input, packed or not', async () => {
    const { code, out } = await cliWith(ARTICLE, 'explain-log', '-', '--format', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ sessions: { delivered: 1 } });
  });

  test.each([
    ['empty.log', '', 'The input is empty'],
    ['other.log', 'Nov 22 03:14:15 mx postfix/smtpd[1]: connect from unknown\n'.repeat(5), 'is it the right file'],
    ['quiet.log', '18/02/2004 09:52:07   Router: Transferring mail\n', 'no line of the SMTP server task is in it'],
    ['log.nsf', Buffer.alloc(9000, '\x1a\x00\x00\x04'), 'A log.nsf is a database'],
  ])('says what is wrong with %s, and exits with 2', async (name, octets, sentence) => {
    const { code, out, err } = await cli('explain-log', file(name, octets));
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(sentence);
  });

  test('reports what it could read beside a file that is not there', async () => {
    const { code, out, err } = await cli('explain-log', file('good.log', ARTICLE), join(folder, 'missing.log'));
    expect(code).toBe(2);
    expect(out).toContain('with messages     1');
    expect(err).toContain('missing.log: There is no such file.');
  });

  test('writes a page that stands for itself', async () => {
    const page = join(folder, 'page.html');
    const { code } = await cli('explain-log', file('b.log', PROBE), '--format', 'html', '--out', page);
    expect(code).toBe(0);
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>.*b\.log/s);
  });

  test('is told the wordings and handlers of the server', async () => {
    const refusal = '19/02/2004 10:00:00   SMTP Server: 10.0.0.9 wurde abgewiesen: Liste\n';
    const log = PROBE.replace('connected\n', `connected\n${refusal}`);
    const own = file('de.yaml', "patterns:\n  - { text: '{peer} wurde abgewiesen: {reason}', means: refused-host }\n");
    const { out } = await cli('explain-log', file('c.log', log), '--patterns', own, '--handlers', '100');
    expect(out).toContain('refused: connecting host (1 certain)');
    expect(out).not.toContain('How many session handlers');
  });
});

describe('a trial record', () => {
  test.each([
    ['dnsbl-554', 'well-behaved', 'refused-blacklist'],
    ['pix-fixup', 'no-helo-fallback', 'fixup-or-fallback'],
  ])('of %s with %s shows the cause that it knows beside that of the log', async (name, sender, cause) => {
    const path = join(folder, `trial-${name}`);
    const scenario = { ...loadScenario(name), windowMs: 500 };
    const result = await runTrial(scenario, scriptedDriver(loadSender(sender)), {
      seed: 1,
      folder: path,
      clientVersion: null,
      timeScale: 1,
    });
    if (!result.ran) throw new Error(result.reason);
    const explained = explainRecord(path, {});
    expect(explained.truth[0]).toMatchObject({ connection: 1, messages: 0, cause });
    const text = recordReport(explained, 'text');
    expect(text).toContain('What the record knows of each connection:');
    expect(text).toMatch(/From the log alone \d+ of \d+ without a message/);
    expect(JSON.parse(recordReport(explained, 'json'))).toMatchObject({ truth: [{ cause }] });
    expect(recordReport(explained, 'html')).toContain('What the record knows</h2>');
  });
});
