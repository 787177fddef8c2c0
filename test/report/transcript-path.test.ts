// The transcript where middleboxes lie on the path: what went in, what came out, and what never did.

import { transcript } from '../../src/report/transcript';
import {
  closed,
  command,
  connected,
  lines,
  received,
  recordOf,
  reply,
  rowsOf,
  sent,
  type Happening,
} from './transcript-events';

const PLAIN = { color: false, width: 80 };
const STARS = '220 ***********************\r\n';

/** A PIX behind a slow link: what the first article saw. */
const PIX: readonly Happening[] = [
  [0, connected],
  [1, reply('220 mail.example.com ESMTP\r\n', 1)],
  [1, sent('after:pix-fixup', 0, STARS)],
  [21, sent('after:latency', 0, STARS)],
  [21, sent('wire', 0, STARS)],
  [22, received('wire', 0, 'EHLO client.example.net\r\n')],
  [42, received('after:latency', 0, 'EHLO client.example.net\r\n')],
  [42, received('after:pix-fixup', 0, 'XXXX client.example.net\r\n')],
  [42, received('plain', 0, 'XXXX client.example.net\r\n')],
  [42, command('unknown', 'XXXX client.example.net', 0, 9)],
  [42, reply('500 Syntax error\r\n', 10)],
  [42, sent('after:pix-fixup', 29, '500 Syntax error\r\n')],
  [62, sent('after:latency', 29, '500 Syntax error\r\n')],
  [62, sent('wire', 29, '500 Syntax error\r\n')],
];

test('a PIX: what the client sent and what the server got, without being asked', () => {
  expect(rowsOf(transcript(recordOf(...PIX), PLAIN))).toBe(
    lines(`
      >  0.000  connected from 127.0.0.1:40122
      >  0.001  S: 220 mail.example.com ESMTP
      >                                        default
      >  0.021  ~  pix-fixup
      >        S': 220 ***********************
      >  0.042  C: EHLO client.example.net
      >         ~  pix-fixup
      >        C': XXXX client.example.net
      >  0.042  S: 500 Syntax error
      >                                        default
    `),
  );
});

test('with layers, what passed unchanged and how late', () => {
  expect(rowsOf(transcript(recordOf(...PIX), { ...PLAIN, layers: true }))).toBe(
    lines(`
      >  0.000  connected from 127.0.0.1:40122
      >  0.001  S: 220 mail.example.com ESMTP
      >                                        default
      >  0.021  ~  pix-fixup
      >        S': 220 ***********************
      >         ~  latency: unchanged, 20 ms later
      >  0.042  C: EHLO client.example.net
      >         ~  latency: unchanged, 20 ms later
      >         ~  pix-fixup
      >        C': XXXX client.example.net
      >  0.042  S: 500 Syntax error
      >                                        default
      >  0.062  ~  pix-fixup: unchanged
      >         ~  latency: unchanged, 20 ms later
    `),
  );
});

test('without a path nothing is compared, whatever is asked', () => {
  const record = recordOf(
    [0, connected],
    [0, reply('220 hi\r\n', 1)],
    [0, received('plain', 0, 'NOOP\r\n')],
    [0, command('NOOP', 'NOOP', 0, 3)],
    [0, closed],
  );
  expect(transcript(record, { ...PLAIN, layers: true })).not.toMatch(/~|C':|never got/);
});

test('a reply of another length is shown whole, as the client got it', () => {
  const list = '250-mail\r\n250-SIZE\r\n250 STARTTLS\r\n';
  const stripped = '250-mail\r\n250 SIZE\r\n';
  const record = recordOf(
    [0, connected],
    [0, reply(list, 1)],
    [0, sent('after:starttls-strip', 0, stripped)],
    [0, sent('wire', 0, stripped)],
  );
  expect(rowsOf(transcript(record, PLAIN))).toContain(
    lines(`
      >  0.000  ~  starttls-strip
      >        S': 250-mail
      >        S': 250 SIZE
    `),
  );
});

test('a reply that a box gave in its own name, to a command that it kept', () => {
  const record = recordOf(
    [0, connected],
    [1, received('wire', 0, 'STARTTLS\r\n')],
    [1, sent('after:starttls-strip', 0, '502 Command not implemented\r\n')],
    [1, sent('wire', 0, '502 Command not implemented\r\n')],
    [2, received('wire', 10, 'QUIT\r\n')],
    [2, received('after:starttls-strip', 0, 'QUIT\r\n')],
    [2, received('plain', 0, 'QUIT\r\n')],
    [2, command('QUIT', 'QUIT', 0, 7)],
  );
  expect(rowsOf(transcript(record, PLAIN))).toBe(
    lines(`
      >  0.000  connected from 127.0.0.1:40122
      >  0.001  ~  starttls-strip put this in
      >        S': 502 Command not implemented
      >         C: STARTTLS
      >         ~  starttls-strip kept this back
      >  0.002  C: QUIT
    `),
  );
});

test('a dot that a box lost is shown with the mail data it should have ended', () => {
  const sentLines = 'a\r\n.\r\nQUIT\r\n';
  const facts = {
    lines: 2,
    longestLine: 4,
    bareLf: 0,
    bareCr: 0,
    nul: 0,
    eightBit: false,
    stuffedDots: 0,
    unstuffedDots: 0,
    smuggling: [],
  };
  const place = {
    offset: 0,
    length: 9,
    firstSeq: 3,
    firstAt: 0,
    lastSeq: 3,
    lastAt: 0,
    size: 9,
    digest: 'ab'.repeat(32),
  };
  const record = recordOf(
    [0, connected],
    [0, received('wire', 0, sentLines)],
    [0, received('after:pix-fixup', 0, 'a\r\nQUIT\r\n')],
    [0, received('plain', 0, 'a\r\nQUIT\r\n')],
    [
      0,
      {
        type: 'message',
        via: 'DATA',
        ...place,
        messageId: null,
        sender: '',
        recipients: [],
        facts,
        complete: false,
        stored: null,
      },
    ],
  );
  expect(rowsOf(transcript(record, PLAIN))).toContain(
    lines(`
      >         !  the mail data never came to its end
      >         C: .
      >         ~  pix-fixup kept this back
    `),
  );
});

test('what vanishes in a black hole is counted at the end', () => {
  const record = recordOf(
    [0, connected],
    [0, received('wire', 0, `${'x'.repeat(70)}\r\n${'y'.repeat(1000)}`)],
    [9, closed],
  );
  expect(transcript(record, PLAIN)).toContain(
    lines(`
      >         !  1,072 octets of the client never got through the path:
      >              "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" …
    `),
  );
});

test('inside TLS the wire is ciphertext and is not compared', () => {
  const record = recordOf(
    [0, connected],
    [0, received('wire', 0, 'STARTTLS\r\n')],
    [0, received('after:latency', 0, 'STARTTLS\r\n')],
    [0, received('plain', 0, 'STARTTLS\r\n')],
    [0, command('STARTTLS', 'STARTTLS', 0, 4)],
    [0, reply('220 go\r\n', 5)],
    [0, { type: 'tls', phase: 'started' }],
    [5, sent('after:latency', 0, '220 go\r\n')],
    [5, sent('wire', 0, '220 go\r\n')],
    [6, received('wire', 10, '\u0016\u0003\u0001\n')],
    [6, received('after:latency', 10, '\u0016\u0003\u0001\n')],
    [7, sent('after:latency', 8, '\u0016\u0003\u0003\n')],
    [7, sent('wire', 8, '\u0016\u0003\u0003\n')],
    [8, received('plain', 10, 'NOOP\r\n')],
    [8, command('NOOP', 'NOOP', 10, 14)],
    [9, closed],
  );
  expect(transcript(record, PLAIN)).not.toMatch(/~|C':|S':|never got/);
});

test('credentials stay hidden in every layer', () => {
  const record = recordOf(
    [0, connected],
    [0, received('wire', 0, 'AUTH PLAIN c2VjcmV0\r\n')],
    [0, received('after:box', 0, 'auth PLAIN c2VjcmV0\r\n')],
    [0, received('plain', 0, 'auth PLAIN c2VjcmV0\r\n')],
    [0, command('AUTH', 'auth PLAIN ********', 0, 4, { redacted: true })],
  );
  const text = transcript(record, PLAIN);
  expect(text).not.toContain('c2Vj');
  expect(text).toContain("  0.000  C: AUTH PLAIN ********\n         ~  box\n        C': auth PLAIN ********\n");
});

test('credentials stay hidden where a box made AUTH and its responses something else', () => {
  const record = recordOf(
    [0, connected],
    [0, received('wire', 0, 'AUTH LOGIN\r\n')],
    [0, received('after:box', 0, 'NOOP LOGIN\r\n')],
    [0, received('plain', 0, 'NOOP LOGIN\r\n')],
    [0, command('NOOP', 'NOOP LOGIN', 0, 4)],
    [1, received('wire', 12, 'c2VjcmV0\r\n')],
    [1, received('after:box', 12, 'NOOP    \r\n')],
    [1, received('plain', 12, 'NOOP    \r\n')],
    [1, command('NOOP', 'NOOP    ', 12, 12)],
    [2, received('wire', 22, 'c2VjcmV0')],
    [3, closed],
  );
  const text = transcript(record, PLAIN);
  expect(text).not.toContain('c2Vj');
  expect(text).toContain('C: AUTH LOGIN\n');
  expect(text).toContain('never got through box: "********"');
});

test('octets that were not kept end the comparison, not the transcript', () => {
  const record = recordOf(
    [0, connected],
    [0, { type: 'received', layer: 'wire', offset: 0, length: 6 }],
    [0, received('after:box', 0, 'NOOP\r\n')],
    [0, received('plain', 0, 'NOOP\r\n')],
    [0, command('NOOP', 'NOOP', 0, 4)],
    [0, closed],
  );
  expect(rowsOf(transcript(record, PLAIN))).toBe(
    lines(`
      >  0.000  connected from 127.0.0.1:40122
      >  0.000  C: NOOP
      >  0.000  closed; the client ended it first (FIN)
    `),
  );
});
