// What a careless or unlucky user of `run`, `judge` and `report merge` gets to read, and the exit code.

import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli } from './support';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'smtp-gauntlet-mishaps-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a run with all its records judged again goes on past one that cannot be used', async () => {
  const records = join(folder, 'some');
  await cli('run', 'mail-550', 'data-554', '--client', 'sender:well-behaved', '-q', '--record', records);
  const torn = join(records, 'well-behaved', 'mail-550', 'trial.json');
  writeFileSync(torn, readFileSync(torn, 'utf8').slice(0, 100));
  symlinkSync('..', join(records, 'well-behaved', 'round-in-circles'));
  const { code, out, err } = await cli('judge', records);
  expect(code).toBe(2);
  expect(out).toContain('1 trial run');
  expect(err).toContain(`${torn}: is not JSON: cut short, or damaged`);
  expect(err).toContain('1 of 2 records could not be used');
});

test('a client that never gets there is told in its own words, and the others run', async () => {
  const { code, out, err } = await cli(
    'run',
    'mail-550',
    '--client',
    'sender:well-behaved',
    '--',
    process.execPath,
    '-e',
    'console.error("no such option: \\x1b[1m" + process.argv[1]); process.exit(9)',
    '{port}',
  );
  expect(code).toBe(3);
  expect(out).toContain('well-behaved built in: 0 fail');
  expect(out).toMatch(/The client never connected \(1\)\n {2}mail-550\n {6}in mail-550: exit code 9: no such option: /);
  expect(err).toContain('node: never connected: exit code 9: no such option: ');
});

test.each([
  ['a format', ['--format', 'jsn'], 'no report format is called "jsn"; expected text, json, junit, html; did you mean'],
  ['several formats at once', ['--format', 'text,json'], 'several report formats need --out FOLDER'],
  ['a folder for reports', ['--out', `${__filename}/x`], 'a file stands where a folder is expected'],
  ['a folder nobody can make', ['--out', '/proc/x'], '/proc/x'],
  ['a folder for records', ['--record', `${__filename}/x`], 'a file stands where a folder is expected'],
  ['a file of known findings', ['--known', '/nowhere/x', '--update-known'], '/nowhere: there is no such file'],
  ['a tag', ['--tag', 'dominoo'], 'no scenario has the tag "dominoo"; there are auth, '],
  ['a glob', ['nosuch*'], 'no scenario is called "nosuch*"'],
  ['two scenarios of one name', ['./scenarios/plain.yaml'], 'two of the scenarios are called "plain"'],
  ['a command without a port', ['--', 'true', '{host}'], 'the command has no {port}'],
  ['a placeholder', ['--', 'true', '{hots}', '{port}'], 'the command has {hots}; did you mean {host}?'],
])('%s that cannot be used is told before anything is run', async (_what, words, told) => {
  const { code, out, err } = await cli('run', 'plain', ...words);
  expect(err).toContain(told);
  expect({ code, out, lines: err.trimEnd().split('\n').length }).toEqual({ code: 2, out: '', lines: 1 });
});

test('each client runs once, and a command beside a client of its name has one of its own', async () => {
  const words = ['--dry-run', '--client', 'swaks,swaks', '--', 'swaks', '--server', '{host}:{port}'];
  const { out } = await cli('run', 'mail-550', ...words);
  expect(out.match(/^\S.*/gm)?.map((line) => line.split(':')[0])).toEqual(['swaks', 'swaks-command']);
});

test('known findings are marked in the text', async () => {
  const words = ['run', 'plain', '--client', 'sender:no-quit', '--quiet', '--known', join(folder, 'marked.json')];
  await cli(...words, '--update-known');
  expect((await cli(...words)).out).toContain('in plain (known): ');
});

test('report merge without a file, or with a folder, is wrong usage', async () => {
  expect((await cli('report', 'merge')).code).toBe(2);
  expect(await cli('report', 'merge', folder)).toMatchObject({ code: 2, err: expect.stringContaining(folder) });
});
