import fc from 'fast-check';
import { LineReader, type Line, type LineRule, type NoLine } from '../../src/wire/line-reader';
import { OctetQueue } from '../../src/wire/octet-queue';
import { bytes, queueOf, splits } from './support';

/** Lines as "text<terminator>", then what is pending. */
function readAll(
  chunks: readonly string[],
  rule: LineRule,
  limit = 1000,
): { lines: string[]; pending: NoLine['pending'] } {
  const queue = new OctetQueue();
  const reader = new LineReader(queue, limit);
  const lines: string[] = [];
  let last: Line | NoLine = { kind: 'none', pending: 'nothing' };
  chunks.forEach((chunk, index) => {
    queue.push(bytes(chunk), index, index);
    for (last = reader.take(rule); last.kind === 'line'; last = reader.take(rule)) lines.push(shown(last));
  });
  return { lines, pending: last.kind === 'none' ? last.pending : 'nothing' };
}

const shown = (line: Line): string => `${line.text}<${line.terminator}${line.cut ? ' cut' : ''}>`;

test.each<[LineRule, string, string[], NoLine['pending']]>([
  ['crlf', 'EHLO a\r\nMAIL\r\n', ['EHLO a<CRLF>', 'MAIL<CRLF>'], 'nothing'],
  ['crlf', 'EHLO a\nMAIL\r\n', ['EHLO a\nMAIL<CRLF>'], 'nothing'],
  ['crlf', 'EHLO a\n', [], 'bare-lf'],
  ['crlf', 'EHLO a\r', [], 'partial'],
  ['crlf', 'a\rb\r\n', ['a\rb<CRLF>'], 'nothing'],
  ['crlf', '\r\n\r\n', ['<CRLF>', '<CRLF>'], 'nothing'],
  ['crlf', 'a\0b\xff\r\n', ['a\0b\xff<CRLF>'], 'nothing'],
  ['lf', 'EHLO a\nMAIL\r\nx', ['EHLO a<LF>', 'MAIL<CRLF>'], 'partial'],
  ['lf', 'a\rb\n', ['a\rb<LF>'], 'nothing'],
  ['cr-or-lf', 'a\rb\nc\r\nd\r\re', ['a<CR>', 'b<LF>', 'c<CRLF>', 'd<CR>', '<CR>'], 'partial'],
  ['cr-or-lf', 'a\r', [], 'bare-cr'],
])('rule %s cuts %j', (rule, input, lines, pending) => {
  expect(readAll([input], rule)).toEqual({ lines, pending });
  for (const cut of splits(input)) expect(readAll(cut, rule)).toEqual({ lines, pending });
});

test('a chunking never changes the lines', () => {
  const octet = fc.constantFrom('a', 'B', ' ', '\r', '\n', '\r\n', '.');
  fc.assert(
    fc.property(
      fc.array(
        fc.array(octet, { maxLength: 6 }).map((parts) => parts.join('')),
        { maxLength: 12 },
      ),
      fc.constantFrom<LineRule>('crlf', 'lf', 'cr-or-lf'),
      fc.integer({ min: 1, max: 12 }),
      (chunks, rule, limit) => {
        expect(readAll(chunks, rule, limit)).toEqual(readAll([chunks.join('')], rule, limit));
      },
    ),
    { numRuns: 500 },
  );
});

test('offset, length and the arrival of the first and last octet are kept', () => {
  const queue = queueOf('NOOP\r\nMA', 'IL', ' x\r', '\n');
  const reader = new LineReader(queue, 100);
  expect(reader.take('crlf')).toMatchObject({ offset: 0, length: 6, firstSeq: 1, lastSeq: 1 });
  expect(reader.take('crlf')).toMatchObject({ offset: 6, length: 8, firstSeq: 1, firstAt: 10, lastSeq: 4, lastAt: 40 });
  expect(queue.length).toBe(0);
});

test('a line of 10 MB is cut to the limit, its length counted, and does not stay in memory', () => {
  const queue = new OctetQueue();
  const reader = new LineReader(queue, 512);
  const chunk = Buffer.alloc(65_536, 'x');
  for (let i = 0; i < 160; i++) {
    queue.push(chunk, i, i);
    expect(reader.take('crlf')).toEqual({ kind: 'none', pending: 'partial' });
    expect(queue.length).toBeLessThan(2);
  }
  queue.push(bytes('\r'), 160, 160);
  expect(reader.take('crlf').kind).toBe('none');
  queue.push(bytes('\nQUIT\r\n'), 161, 161);
  const line = reader.take('crlf') as Line;
  expect(line).toMatchObject({ length: 160 * 65_536 + 2, cut: true, offset: 0, firstSeq: 0, lastSeq: 161 });
  expect(line.text).toBe('x'.repeat(512));
  expect((reader.take('crlf') as Line).text).toBe('QUIT');
});

test('a strict reader can take what ends in LF after all, when patience is over', () => {
  const queue = queueOf('EHLO a\nMAIL\n');
  const reader = new LineReader(queue, 100);
  expect(reader.take('crlf')).toEqual({ kind: 'none', pending: 'bare-lf' });
  expect(shown(reader.take('lf') as Line)).toBe('EHLO a<LF>');
});

test('the rest of a peer that is gone is a line without terminator', () => {
  const reader = new LineReader(queueOf('QUI', 'T'), 100);
  expect(reader.take('crlf').kind).toBe('none');
  expect(shown(reader.rest() as Line)).toBe('QUIT<none>');
  expect(reader.rest()).toBeNull();
});

test('patience with a bare CR at the end of what came', () => {
  const reader = new LineReader(queueOf('NOOP\r'), 100);
  expect(reader.take('cr-or-lf')).toEqual({ kind: 'none', pending: 'bare-cr' });
  expect(shown(reader.take('cr-or-lf', true) as Line)).toBe('NOOP<CR>');
});
