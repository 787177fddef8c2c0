// Messages to submit: the octets of each kind, exact sizes, and the same for the same seed.

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mistake } from '../../src/scenario/mistake';
import type { Submission } from '../../src/scenario/scenario';
import { CONTENT_KINDS } from '../../src/scenario/schema-submit';
import { buildSubmission, onRecord } from '../../src/scenario/submission';

const ORDINARY: Submission = {
  id: 1,
  from: 'sender@example.org',
  to: ['a@example.com', 'b@example.com'],
  content: 'plain',
  size: null,
  file: null,
  tls: 'none',
  auth: null,
};

function text(content: string, more: Partial<Submission> = {}): string {
  return buildSubmission({ ...ORDINARY, content, ...more }, 42).content.toString('latin1');
}

/** Headers and body, as the first empty line parts them. */
function parts(message: string): { headers: string; body: string } {
  const end = message.indexOf('\r\n\r\n');
  return { headers: message.slice(0, end + 2), body: message.slice(end + 4) };
}

test('an ordinary message, octet by octet', () => {
  const { messageId, content } = buildSubmission(ORDINARY, 42);
  expect(messageId).toMatch(/^<1\.[0-9a-f]{16}@gauntlet\.example\.org>$/);
  expect(content.toString('latin1')).toBe(
    [
      'Date: Wed, 18 Feb 2004 09:52:07 +0000',
      'From: <sender@example.org>',
      'To: a@example.com,',
      ' b@example.com',
      'Subject: submission 1 (plain)',
      `Message-ID: ${messageId}`,
      '',
      'This message was made to see what becomes of it.',
      'It has two lines.',
      '',
    ].join('\r\n'),
  );
});

test('the same seed gives the same octets, another seed or submission another Message-ID', () => {
  for (const content of CONTENT_KINDS) {
    expect(buildSubmission({ ...ORDINARY, content }, 7)).toEqual(buildSubmission({ ...ORDINARY, content }, 7));
  }
  const id = buildSubmission(ORDINARY, 7).messageId;
  expect(buildSubmission(ORDINARY, 8).messageId).not.toBe(id);
  expect(buildSubmission({ ...ORDINARY, id: 2 }, 7).messageId).not.toBe(id);
});

test.each(CONTENT_KINDS.map((kind) => [kind]))('%s has complete headers that end with CRLF', (kind) => {
  const { headers } = parts(text(kind));
  expect(headers).toMatch(/^Date: .*\r\nFrom: <sender@example\.org>\r\nTo: /);
  expect(headers).toMatch(/\r\nMessage-ID: <[^>]+>\r\n/);
  expect(headers.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
});

test('the null sender still has an author', () => {
  expect(parts(text('plain', { from: '' })).headers).toContain('From: <postmaster@example.org>\r\n');
});

describe('kinds', () => {
  test('dots: alone, doubled, leading, and one right behind 1000 octets of the body', () => {
    const { body } = parts(text('dots'));
    expect(body.startsWith('.\r\n..\r\n.leading dot\r\n...\r\n')).toBe(true);
    expect(body.slice(998, 1001)).toBe('\r\n.');
    expect(body.endsWith('\r\n.\r\n')).toBe(true);
  });

  test('8bit: UTF-8 and the headers that say so', () => {
    const { headers, body } = parts(text('8bit'));
    expect(headers).toContain(
      'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n',
    );
    expect(Buffer.from(body, 'latin1').toString('utf8')).toContain('Grüße');
    expect(headers).not.toMatch(/[\x80-\xff]/);
  });

  test('addresses stand in the header in UTF-8, also letters whose low octets are CR and LF', () => {
    const { content } = buildSubmission({ ...ORDINARY, from: 'jörg@example.org', to: ['\u010d\u010a@example.com'] }, 1);
    const headers = content.toString('utf8').split('\r\n');
    expect(headers).toContain('From: <jörg@example.org>');
    expect(headers).toContain('To: \u010d\u010a@example.com');
  });

  test('utf8-headers: octets above 0x7f in a header', () => {
    expect(parts(text('utf8-headers')).headers).toMatch(/[\x80-\xff]/);
  });

  test('long-lines: one of 5000 octets', () => {
    expect(
      parts(text('long-lines'))
        .body.split('\r\n')
        .map((line) => line.length),
    ).toEqual([6, 5000, 5, 0]);
  });

  test('bare-lf: LF without CR, and no CR without LF', () => {
    const { body } = parts(text('bare-lf'));
    expect(body.match(/(?<!\r)\n/g)).toHaveLength(2);
    expect(body).not.toMatch(/\r(?!\n)/);
  });

  test('bare-cr: CR without LF, and no LF without CR', () => {
    const { body } = parts(text('bare-cr'));
    expect(body.match(/\r(?!\n)/g)).toHaveLength(3);
    expect(body).not.toMatch(/(?<!\r)\n/);
  });

  test('smuggling: ends of data that only a lenient server sees', () => {
    const { body } = parts(text('smuggling'));
    expect(body).toContain('\n.\nMAIL FROM:<smuggled@example.net>\r\n');
    expect(body).toContain('text\n.\r\n');
    expect(body).not.toContain('\r\n.\r\n');
  });

  test('no-final-newline, empty, nul', () => {
    expect(parts(text('no-final-newline')).body).toMatch(/[^\r\n]$/);
    expect(parts(text('empty')).body).toBe('');
    expect(parts(text('nul')).body.match(/\0/g)).toHaveLength(2);
  });
});

describe('sizes', () => {
  test.each([1000, 1001, 1079, 4096, 12_000_000])('exactly %d octets, in lines that end with CRLF', (size) => {
    const { content } = buildSubmission({ ...ORDINARY, size, content: 'sized' }, 1);
    expect(content).toHaveLength(size);
    expect(content.subarray(-2).toString('latin1')).toBe('\r\n');
  });

  test('every size from the smallest on, with no bare CR or LF and no line over 78 octets', () => {
    for (let size = 1000; size < 1200; size++) {
      const message = text('sized', { size });
      expect(message).toHaveLength(size);
      expect(message.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      expect(
        Math.max(
          ...parts(message)
            .body.split('\r\n')
            .map((line) => line.length),
        ),
      ).toBeLessThanOrEqual(78);
    }
  });

  test('a size that the headers do not fit in', () => {
    const to = Array.from({ length: 100 }, (_, index) => `recipient${index}@example.com`);
    expect(() => buildSubmission({ ...ORDINARY, to, size: 1000 }, 1)).toThrow(Mistake);
  });
});

describe('files', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'submission-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function fromFile(octets: string): ReturnType<typeof buildSubmission> {
    const file = join(folder, 'a.eml');
    writeFileSync(file, octets, 'latin1');
    return buildSubmission({ ...ORDINARY, content: 'file', file }, 1);
  }

  test('keep their Message-ID, and get CRLF', () => {
    const { messageId, content } = fromFile('Subject: x\nMessage-Id: <own@example.org>\n\nbody <not@this>\r\nend');
    expect(messageId).toBe('<own@example.org>');
    expect(content.toString('latin1')).toBe(
      'Subject: x\r\nMessage-Id: <own@example.org>\r\n\r\nbody <not@this>\r\nend',
    );
  });

  test('get a Message-ID when they have none, even if their body quotes one', () => {
    const { messageId, content } = fromFile('Subject: x\n\nMessage-ID: <quoted@example.org>\n');
    expect(messageId).toMatch(/@gauntlet\.example\.org>$/);
    expect(content.toString('latin1')).toBe(
      `Message-ID: ${messageId}\r\nSubject: x\r\n\r\nMessage-ID: <quoted@example.org>\r\n`,
    );
  });

  test('that are not there', () => {
    expect(() => buildSubmission({ ...ORDINARY, content: 'file', file: join(folder, 'no.eml') }, 1)).toThrow(
      /cannot be read/,
    );
  });
});

test('on record: the digest of the content, not the content, and no password', () => {
  const submission: Submission = {
    ...ORDINARY,
    content: '8bit',
    tls: 'required',
    auth: { user: 'u', password: 'secret' },
  };
  const built = buildSubmission(submission, 1);
  const record = onRecord(submission, built);
  expect(record).toEqual({
    id: 1,
    from: 'sender@example.org',
    to: ['a@example.com', 'b@example.com'],
    messageId: built.messageId,
    digest: createHash('sha256').update(built.content).digest('hex'),
    size: built.content.length,
    content: '8bit',
    tls: 'required',
    auth: true,
  });
});
