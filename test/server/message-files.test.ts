import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageFiles } from '../../src/server/message-files';
import type { ReceivedMessage } from '../../src/server/received-message';

const CONTENT = Buffer.from('Subject: x\r\n\r\n.dot \xe9\0\r\n', 'latin1');

const message = (id: number, given: Partial<ReceivedMessage> = {}): ReceivedMessage => ({
  id,
  connection: 7,
  server: 0,
  sender: 'a@example.com',
  recipients: ['b@example.com', 'c@example.com'],
  size: CONTENT.length,
  digest: 'deadbeef'.repeat(8),
  messageId: '<1@example.com>',
  facts: {
    lines: 3,
    longestLine: 10,
    bareLf: 0,
    bareCr: 0,
    nul: 1,
    eightBit: true,
    stuffedDots: 1,
    unstuffedDots: 0,
    smuggling: [],
  },
  accepted: false,
  at: 12.5,
  tls: false,
  user: null,
  content: CONTENT,
  ...given,
});

let parent = '';
let folder = '';

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'smtp-gauntlet-test-'));
  folder = join(parent, 'mail', 'kept');
});

afterEach(() => rmSync(parent, { recursive: true, force: true }));

const names = (): readonly string[] => readdirSync(folder).sort();

describe.each([true, false])('fsync %s', (fsync) => {
  test('the octets and the envelope, under one name', async () => {
    expect(await messageFiles(folder, { fsync }).save(message(1))).toBeNull();
    expect(names()).toEqual(['1-7-deadbeef.eml', '1-7-deadbeef.json']);
    expect(readFileSync(join(folder, '1-7-deadbeef.eml'))).toEqual(CONTENT);
    const { content: _content, accepted: _accepted, ...envelope } = message(1);
    expect(JSON.parse(readFileSync(join(folder, '1-7-deadbeef.json'), 'utf8'))).toEqual(envelope);
  });
});

test('folder and files are for their owner only', async () => {
  await messageFiles(folder, { fsync: true }).save(message(1));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const file of names()) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
});

test('nothing that a client sends gets into a name', async () => {
  const hostile = message(1, {
    sender: '../../etc/passwd',
    recipients: ['/etc/passwd\0'],
    messageId: '<../../x@y>',
    user: '..',
    digest: '../../../x',
  });
  expect(await messageFiles(folder, { fsync: false }).save(hostile)).toBeNull();
  expect(names()).toEqual(['1-7-00000000.eml', '1-7-00000000.json']);
});

test('a message of an earlier run with the same name is not overwritten', async () => {
  const earlier = messageFiles(folder, { fsync: false });
  await earlier.save(message(1, { sender: 'first@example.com' }));
  const later = messageFiles(folder, { fsync: false });
  expect(await later.save(message(1, { sender: 'second@example.com' }))).toBeNull();
  expect(names()).toEqual(['1-7-deadbeef-2.eml', '1-7-deadbeef-2.json', '1-7-deadbeef.eml', '1-7-deadbeef.json']);
  expect(readFileSync(join(folder, '1-7-deadbeef.json'), 'utf8')).toContain('first@example.com');
  expect(readFileSync(join(folder, '1-7-deadbeef-2.json'), 'utf8')).toContain('second@example.com');
});

test('a hundred at once, some with the same name: all are there', async () => {
  const files = messageFiles(folder, { fsync: false });
  const reasons = await Promise.all(
    Array.from({ length: 100 }, (_, index) => files.save(message(Math.trunc(index / 4)))),
  );
  expect(reasons.filter((reason) => reason !== null)).toEqual([]);
  expect(names()).toHaveLength(200);
  expect(names().filter((file) => file.startsWith('.'))).toEqual([]);
});

test('a file where the folder should be: the reason; once it is gone, saving goes on', async () => {
  mkdirSync(join(parent, 'mail'));
  writeFileSync(folder, 'in the way');
  const files = messageFiles(folder, { fsync: true });
  expect(await files.save(message(1))).toBe(`message 1 cannot be saved in ${folder}: a file is in the way (EEXIST)`);
  rmSync(folder);
  expect(await files.save(message(2))).toBeNull();
  expect(names()).toEqual(['2-7-deadbeef.eml', '2-7-deadbeef.json']);
});

test('a failure half way leaves no part of the message', async () => {
  const files = messageFiles(folder, { fsync: true });
  // The envelope's name is taken by a folder, so the last rename fails.
  mkdirSync(join(folder, '1-7-deadbeef.json', 'in-the-way'), { recursive: true });
  expect(await files.save(message(1))).toMatch(/^message 1 cannot be saved in /);
  expect(names()).toEqual(['1-7-deadbeef.json']);
  rmSync(join(folder, '1-7-deadbeef.json'), { recursive: true });
  expect(await files.save(message(1))).toBeNull();
});

test('a folder that disappears between two messages is made again', async () => {
  const files = messageFiles(folder, { fsync: true });
  await files.save(message(1));
  rmSync(folder, { recursive: true });
  expect(await files.save(message(2))).toBeNull();
  expect(names()).toEqual(['2-7-deadbeef.eml', '2-7-deadbeef.json']);
});

// No user, not even root, makes files in /proc.
(existsSync('/proc/self') ? test : test.skip)('a folder nobody may write in: the reason, never a throw', async () => {
  const reason = await messageFiles('/proc', { fsync: true }).save(message(1));
  expect(reason).toMatch(/^message 1 cannot be saved in \/proc: /);
});

test('content that was not kept cannot be saved, and that is the reason', async () => {
  const reason = await messageFiles(folder, { fsync: false }).save(message(3, { content: null, size: 99_000_000 }));
  expect(reason).toBe('message 3 was too large to be kept (99000000 octets)');
});
