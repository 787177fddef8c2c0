// The word a lab leaves of itself: found again after a crash, and never taken for permission to remove what is not ours.

import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  closeState,
  isOwnerAlive,
  labFolder,
  openState,
  readStates,
  stateFile,
} from '../../src/gauntlet/lab/lab-state';

let where: string;
beforeEach(() => {
  where = mkdtempSync(join(tmpdir(), 'lab-state-'));
});
afterEach(() => rmSync(where, { recursive: true, force: true }));

test('a lab is found by its word, and its owner is this process', () => {
  const state = openState('0badcafe', where);
  expect(readStates(where)).toEqual([state]);
  expect(isOwnerAlive(state)).toBe(process.platform === 'linux');
  expect(lstatSync(stateFile('0badcafe', where)).mode & 0o777).toBe(0o600);
  // Passed through by the account of an MTA, and listed by nobody.
  expect(lstatSync(labFolder('0badcafe', where)).mode & 0o777).toBe(0o711);
});

test('closing removes the folder with all that is in it, and the word', () => {
  openState('0badcafe', where);
  writeFileSync(join(labFolder('0badcafe', where), 'mail.eml'), 'x');
  closeState('0badcafe', where);
  expect(existsSync(labFolder('0badcafe', where))).toBe(false);
  expect(readStates(where)).toEqual([]);
});

test('a prefix that is in use is not taken a second time', () => {
  openState('0badcafe', where);
  expect(() => openState('0badcafe', where)).toThrow(/EEXIST/);
});

test('a process id that was given to another process is not the owner', () => {
  const state = openState('0badcafe', where);
  expect(isOwnerAlive({ ...state, startedAt: '1' })).toBe(false);
  expect(isOwnerAlive({ prefix: '0badcafe', pid: 2 ** 30, startedAt: null })).toBe(false);
});

test('a word that was cut off by a crash belongs to nobody', () => {
  writeFileSync(stateFile('0badcafe', where), '{"prefix":"0badca');
  const [state] = readStates(where);
  expect(state).toMatchObject({ prefix: '0badcafe', pid: 0 });
  expect(isOwnerAlive(state ?? openState('1badcafe', where))).toBe(false);
});

test('the name of the file decides, not what is in it', () => {
  writeFileSync(stateFile('0badcafe', where), '{"prefix":"../../etc","pid":1073741824,"startedAt":null}');
  expect(readStates(where).map(({ prefix }) => prefix)).toEqual(['0badcafe']);
});

test('names that no lab makes, and links, are passed over', () => {
  writeFileSync(join(where, 'smtp-gauntlet-lab-..json'), '{}');
  writeFileSync(join(where, 'smtp-gauntlet-lab-0BADCAFE.json'), '{}');
  writeFileSync(join(where, 'other.json'), '{}');
  symlinkSync('other.json', stateFile('0badcafe', where));
  expect(readStates(where)).toEqual([]);
});

test('a folder that is a link to somewhere else is not followed', () => {
  mkdirSync(join(where, 'precious'));
  writeFileSync(stateFile('0badcafe', where), '{}');
  symlinkSync('precious', labFolder('0badcafe', where));
  closeState('0badcafe', where);
  expect(existsSync(join(where, 'precious'))).toBe(true);
});
