import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { ContentSummary } from '../../src/wire/content-meter';
import { LateContent } from '../../src/wire/late-content';
import { MailDataReader, type MailDataEnd } from '../../src/wire/mail-data';
import { OctetQueue } from '../../src/wire/octet-queue';
import { bytes, queueOf, splits } from './support';

interface Read {
  readonly ended: boolean;
  readonly content: string;
  readonly rest: string;
  /** With what is told by the content. */
  readonly end: Omit<MailDataEnd, 'summary'> & Omit<ContentSummary, 'content'>;
}

function read(chunks: readonly string[], late = false): Read {
  const queue = new OctetQueue();
  const reader = new MailDataReader(Infinity, late);
  let ended = false;
  chunks.forEach((chunk, index) => {
    queue.push(bytes(chunk), index + 1, index + 1);
    ended ||= reader.take(queue);
  });
  const { summary, ...end } = reader.finish(ended);
  const { size, digest, messageId, facts } = summary;
  const content = Buffer.concat([...(summary.content ?? [])]).toString('latin1');
  const rest = queue.peek(queue.length).toString('latin1');
  return { ended, content, rest, end: { ...end, size, digest, messageId, facts } };
}

test.each<[string, boolean, string, string]>([
  ['.\r\n', true, '', ''],
  ['a\r\n.\r\nQUIT\r\n', true, 'a\r\n', 'QUIT\r\n'],
  ['a\r\n..\r\n.\r\n', true, 'a\r\n.\r\n', ''],
  ['..a\r\n.b\r\n...\r\n.\r\n', true, '.a\r\nb\r\n..\r\n', ''],
  ['a\n.\n', false, 'a\n.\n', ''],
  ['a\r.\r\nb\r\n.\r\n', true, 'a\r.\r\nb\r\n', ''],
  ['a\n.\r\nb\r\n.\r\n', true, 'a\n.\r\nb\r\n', ''],
  ['a\r\n.\rb\r\n.\r\n', true, 'a\r\n\rb\r\n', ''],
  ['a\r\n.\r\r\n.\r\n', true, 'a\r\n\r\r\n', ''],
  ['\r\r\n.\r\n', true, '\r\r\n', ''],
  ['a\r\n.', false, 'a\r\n', ''],
  ['a\r\n.\r', false, 'a\r\n\r', ''],
])('%j', (input, ended, content, rest) => {
  const whole = read([input]);
  expect({ ended: whole.ended, content: whole.content, rest: whole.rest }).toEqual({ ended, content, rest });
  expect(whole.end.digest).toBe(createHash('sha256').update(bytes(content)).digest('hex'));
  expect(whole.end.size).toBe(content.length);
  for (const cut of splits(input)) {
    const { firstSeq: _f, firstAt: _a, lastSeq: _l, lastAt: _t, ...same } = whole.end;
    const parts = read(cut);
    expect(parts).toMatchObject({ ended, content, rest });
    expect(parts.end).toMatchObject(same);
    expect(read(cut, true)).toEqual(parts);
  }
});

const soup = fc
  .array(fc.constantFrom('a', '.', '\r', '\n', '\r\n', '\r\n.', '\0', '\xe9', 'text '), { maxLength: 30 })
  .map((parts) => parts.join(''));

/** The same rules, written as slowly and plainly as possible. */
function plainly(input: string): { ended: boolean; content: string; rest: string } {
  const stream = `\r\n${input}`;
  const end = stream.indexOf('\r\n.\r\n');
  const body = end < 0 ? stream : stream.slice(0, end + 2);
  return {
    ended: end >= 0,
    content: body.replace(/\r\n\./g, '\r\n').slice(2),
    rest: end < 0 ? '' : stream.slice(end + 5),
  };
}

test('agrees with a plain reading of RFC 5321 4.5.2, however the octets are chunked', () => {
  fc.assert(
    fc.property(fc.array(soup, { maxLength: 6 }), (chunks) => {
      const got = read(chunks);
      expect({ ended: got.ended, content: got.content, rest: got.rest }).toEqual(plainly(chunks.join('')));
      const whole = read([chunks.join('')]).end;
      expect(got.end.facts).toEqual(whole.facts);
      expect(got.end.digest).toBe(whole.digest);
      expect(read(chunks, true)).toEqual(got);
    }),
    { numRuns: 2000 },
  );
});

test('facts tell what the sender did, also where the line reader would not see it', () => {
  const { facts } = read(['From: a\r\n..stuffed\r\n.unstuffed\r\nlf\nonly\rcr\0\xe9\r\n0123456789012345\r\n.\r\n']).end;
  expect(facts).toEqual({
    lines: 5,
    longestLine: 16,
    bareLf: 1,
    bareCr: 1,
    nul: 1,
    eightBit: true,
    stuffedDots: 1,
    unstuffedDots: 1,
    smuggling: [],
  });
});

test.each<[string, string, number]>([
  ['a\n.\r\nMAIL', 'LF.CRLF', 1],
  ['a\n.\nMAIL', 'LF.LF', 1],
  ['a\r\n.\nMAIL', 'CRLF.LF', 1],
  ['a\r\n.\rMAIL', 'CRLF.CR', 1],
  ['a\r.\r\nMAIL', 'CR.CRLF', 1],
  ['a\r\n\0.\r\nMAIL', 'CRLFNUL.CRLF', 1],
])('smuggling sequence in %j', (input, sequence, offset) => {
  for (const cut of splits(input)) {
    expect(read([...cut, '\r\n.\r\n']).end.facts.smuggling).toEqual([{ sequence, offset }]);
  }
});

test('Message-ID is taken from the header section only, folded or not', () => {
  expect(read(['Message-ID:\r\n <1@a>\r\n\r\nMessage-ID: <2@a>\r\n.\r\n']).end.messageId).toBe('<1@a>');
  expect(read(['From: a\r\n\r\nMessage-ID: <2@a>\r\n.\r\n']).end.messageId).toBeNull();
});

test('taking stops exactly at a threshold', () => {
  const queue = queueOf('0123456789', 'abc\r\n.\r\n');
  const reader = new MailDataReader(Infinity);
  expect(reader.take(queue, 4)).toBe(false);
  expect([reader.taken, queue.length]).toEqual([4, 14]);
  expect(reader.take(queue, 12)).toBe(false);
  expect(reader.taken).toBe(12);
  expect(reader.take(queue)).toBe(true);
  expect(reader.finish(true)).toMatchObject({ summary: { size: 15 }, length: 18, firstSeq: 1, lastSeq: 2 });
});

test('content is left unmeasured only while no line of it begins with a dot, and it is small', () => {
  const isLate = (chunks: readonly string[]): boolean => {
    const reader = new MailDataReader(Infinity, true);
    for (const chunk of chunks) reader.take(queueOf(chunk));
    return reader.finish(true).summary instanceof LateContent;
  };
  expect(isLate(['a\r\nb. c\r\n.\r\n'])).toBe(true);
  expect(isLate(['a\r', '\nb\r\n.\r', '\n'])).toBe(false);
  expect(isLate(['.a\r\n.\r\n'])).toBe(false);
  expect(isLate(['a\r\n', '.b\r\n.\r\n'])).toBe(false);
  expect(isLate(['a\n.b\r\n.\r\n'])).toBe(false);
  expect(isLate([`${'a'.repeat(65_534)}\r\n.\r\n`])).toBe(true);
  expect(isLate([`${'a'.repeat(65_535)}\r\n.\r\n`])).toBe(false);
});

test('odd input stays linear: a megabyte of bare LF, of bare CR, of dots', () => {
  for (const octet of ['\n', '\r', '.']) {
    const reader = new MailDataReader(0);
    const queue = new OctetQueue();
    queue.push(Buffer.alloc(2 ** 20, octet), 1, 1);
    const startedAt = process.hrtime.bigint();
    expect(reader.take(queue)).toBe(false);
    expect(Number(process.hrtime.bigint() - startedAt) / 1e6).toBeLessThan(2000);
  }
});
