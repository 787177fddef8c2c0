import { greeted, judged, withRecipient } from '../support';

const id = 'command-crlf';
/** The readers of traces take a bare LF for a line end, unless they are told to be strict. */
const strict = 'S! note config-changed line-endings crlf\n';

it('passes lines that end with CRLF, in any case of letters', () => {
  const verdict = judged(id, `${greeted()}C: mail from:<sender@client.example>\nS: 250 ok\nC: QUIT\nS: 221 bye`);
  expect(verdict).toMatchObject({ verdict: 'pass', reason: 'All 3 command lines ended with CRLF.' });
});

it.each([
  ['a bare LF', `${greeted()}C\\: NOOP\\n\nS: 250 ok`, 'NOOP ended with LF alone.'],
  [
    'a bare LF inside',
    `${strict}${greeted()}C\\: NOOP\\nNOOP\\r\\n\nS: 250 ok`,
    'NOOP?NOOP had a bare CR or LF inside.',
  ],
  ['a leading blank', `${greeted()}C:  NOOP\nS: 250 ok`, 'A blank stood before NOOP.'],
  [
    'a line that a strict reader never took',
    `${strict}S: 220 mx\nC\\: EHLO client.example\\n\n+9s\nC- FIN`,
    '"EHLO client.example" ended with LF alone.',
  ],
])('fails %s', (_, text, reason) => {
  expect(judged(id, text)).toMatchObject({ verdict: 'fail', reason });
});

it('refers octets that are no command to the obligation that judges verbs', () => {
  const junk = `${greeted()}C\\: \\x01\\x02 x\\r\\n\nS: 500 ?`;
  expect(judged(id, junk)).toMatchObject({ verdict: 'fail', refersTo: 'no-invented-verbs' });
});

it('fails it whatever we had done before', () => {
  expect(judged(id, `${greeted()}C: NOOP\nS! ignore\nC\\: NOOP\\n\nS: 250 ok`).verdict).toBe('fail');
});

it.each([
  ['a trailing blank', 'C: NOOP ', 'A blank stood at the end of NOOP.'],
  ['two blanks behind the verb', 'C: VRFY  postmaster', 'More than one blank stood behind VRFY.'],
  ['a tab', 'C\\: VRFY\\tpostmaster\\r\\n', 'A tab stood in VRFY.'],
])('warns about %s', (_, line, reason) => {
  expect(judged(id, `${greeted()}${line}\nS: 252 maybe`)).toMatchObject({ verdict: 'warn', reason });
});

it('does not take the lines of mail data gone astray for commands (trap 10)', () => {
  const astray = `${withRecipient()}C: DATA\nS: 554 no\nC:  indented text\nS: 500 ?\nC: .\nS: 500 ?\nC: QUIT\nS: 221 bye`;
  expect(judged(id, astray).verdict).toBe('pass');
});

it('has no occasion without a line', () => {
  expect(judged(id, 'S: 220 mx\nC- FIN').verdict).toBe('not-applicable');
});
