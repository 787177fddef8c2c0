// However the octets of a client are cut into reads, the replies are the same: for a server without holds, early policies
// and timing rules, arrival decides nothing.

import fc from 'fast-check';
import { lines, play } from './play';

const SCENARIO = `
  server:
    extensions: [SIZE, CHUNKING, "AUTH PLAIN"]
    policies: { errorLimit: 9, size: 60, recipients: { max: 3, known: ["ok*"] } }
  rules:
    - { on: RCPT, when: { nth: 3 }, reply: '450 third' }
    - { on: DATA, when: { nth: 2 }, reply: '554 {sender}' }
    - { on: content, after: 7, when: { sender: 'early*' }, reply: '550 early' }
    - { on: content, after: 9, when: { sender: 'spew*' }, reply: '550 spew', then: commands }
    - { on: end-of-data, probability: 0.5, reply: ['451 by chance', '250 more'] }`;

const UNITS = [
  lines('EHLO a'),
  lines('HELO a'),
  lines('MAIL FROM:<a@b> SIZE=10'),
  lines('MAIL FROM:<early@b>'),
  lines('MAIL FROM:<spew@b>'),
  lines('RCPT TO:<ok@x>'),
  lines('RCPT TO:<no@x>'),
  lines('DATA', 'Subject: x', '', '..stuffed', '.'),
  lines('DATA', '.'),
  lines('BDAT 6', 'abcd'),
  lines('BDAT 3 LAST', 'a'),
  lines('AUTH PLAIN', 'AGJvYgB4'),
  lines('RSET'),
  lines('FOO \xff bar'),
  lines(''),
  'NOOP\nNOOP\r\n',
] as const;

/** Replies on the record, and how the connection ended. */
function outcome(chunks: readonly string[]): unknown {
  const played = play(SCENARIO, { seed: 5 });
  played.client(...chunks).fin();
  const messages = played.home.messages.map(({ accepted, size }) => ({ accepted, size }));
  return { said: played.said(), replies: played.replies(), ending: played.ending, messages };
}

function cut(octets: string, places: readonly number[]): readonly string[] {
  const at = [...new Set(places.map((place) => place % (octets.length + 1)))].sort((a, b) => a - b);
  return [...at, octets.length]
    .map((end, index) => octets.slice(at[index - 1] ?? 0, end))
    .filter((chunk) => chunk !== '');
}

test('chunking never changes the replies', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...UNITS), { minLength: 1, maxLength: 25 }),
      fc.array(fc.nat(2000), { maxLength: 40 }),
      (units, places) => {
        const octets = units.join('');
        expect(outcome(cut(octets, places))).toEqual(outcome([octets]));
      },
    ),
    { numRuns: 150, seed: 1 },
  );
});

test('nor does every octet by itself', () => {
  const octets = UNITS.join('') + UNITS.join('');
  expect(outcome(octets.split(''))).toEqual(outcome([octets]));
});
