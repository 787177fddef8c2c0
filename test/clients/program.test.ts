// Finding programs, versions and accounts, in a folder of the test's own.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  availabilityByVersion,
  findProgram,
  hasSystemGroup,
  notInstalled,
  systemUser,
} from '../../src/clients/program';
import { newFolder, removeFolder } from './assignment';

let root: string;

beforeEach(() => {
  root = newFolder();
  mkdirSync(join(root, 'usr/sbin'), { recursive: true });
});

afterEach(async () => {
  delete process.env['SMTP_GAUNTLET_CLIENTS'];
  await removeFolder(root);
});

function putProgram(text: string, mode = 0o755): string {
  const path = join(root, 'usr/sbin/mailer-of-this-test');
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, mode);
  return path;
}

test('a program is found where packages were unpacked, when told so', () => {
  const path = putProgram('exit 0');
  expect(findProgram('mailer-of-this-test')).toBeNull();
  process.env['SMTP_GAUNTLET_CLIENTS'] = root;
  expect(findProgram('mailer-of-this-test')).toBe(path);
});

test('a preferred path goes first, if there is a program', () => {
  const path = putProgram('exit 0');
  expect(findProgram('sh', [path])).toBe(path);
  expect(findProgram('sh', [join(root, 'nothing')])).toMatch(/\/sh$/);
});

test('a file that is not executable, and a folder, are no programs', () => {
  expect(findProgram(putProgram('exit 0', 0o644))).toBeNull();
  expect(findProgram(join(root, 'usr/sbin'))).toBeNull();
});

test('the version is read from either output', async () => {
  const path = putProgram('echo Mailer version 4.96 >&2');
  expect(await availabilityByVersion(path, [], /version (\S+)/)).toEqual({ available: true, version: '4.96' });
});

test('a program that fails instead of telling its version cannot be used, and says why', async () => {
  const path = putProgram('echo libmail.so: cannot open >&2; exit 127');
  expect(await availabilityByVersion(path, [], /version (\S+)/)).toEqual({
    available: false,
    reason: `${path} does not tell its version: libmail.so: cannot open`,
  });
});

test('a missing package is named', () => {
  expect(notInstalled('swaks').reason).toBe('not installed: Debian package swaks');
});

test('accounts of this machine', () => {
  expect(systemUser('root')).toEqual({ userId: 0, groupId: 0 });
  expect(systemUser('no-such-user')).toBeNull();
  expect(hasSystemGroup('no-such-group')).toBe(false);
});
