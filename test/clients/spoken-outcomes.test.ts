// What became of each recipient, from the commands and replies that a client printed.

import { spokenOutcomes } from '../../src/clients/spoken-outcomes';
import type { SpokenLine } from '../../src/clients/spoken-outcomes';
import { submission } from './assignment';

/** `C` for the client, `S` for the server. */
function lines(...spoken: string[]): SpokenLine[] {
  return spoken.map((line) => ({ by: line.startsWith('C ') ? 'client' : 'server', text: line.slice(2) }));
}

const BOTH_TAKEN = ['S 220 hello', 'C MAIL FROM:<x>', 'S 250 ok', 'C RCPT TO:<one>', 'S 250 one', 'C RCPT TO:<two>'];

test('both taken: accepted in the words of the last reply but the farewell', () => {
  const spoken = lines(...BOTH_TAKEN, 'S 250 two', 'C DATA', 'S 354 go', 'S 250 queued', 'C QUIT', 'S 221 bye');
  expect(spokenOutcomes(submission(), spoken, true, '')).toEqual([
    { submission: 1, recipient: 'one@example.com', outcome: 'accepted', text: '250 queued' },
    { submission: 1, recipient: 'two@example.com', outcome: 'accepted', text: '250 queued' },
  ]);
});

test('one refused by a reply of several lines: its last line counts', () => {
  const spoken = lines(...BOTH_TAKEN, 'S 550-no', 'S 550 such user', 'C DATA', 'S 354 go', 'S 250 queued');
  expect(spokenOutcomes(submission(), spoken, true, '').map(({ outcome, text }) => [outcome, text])).toEqual([
    ['accepted', '250 queued'],
    ['refused', '550 such user'],
  ]);
});

test('refused at the end: refused for those too that had been taken', () => {
  const spoken = lines(...BOTH_TAKEN, 'S 250 two', 'C DATA', 'S 354 go', 'S 554 spam');
  expect(spokenOutcomes(submission(), spoken, false, '554 spam').map(({ outcome, text }) => [outcome, text])).toEqual([
    ['refused', '554 spam'],
    ['refused', '554 spam'],
  ]);
});

test('never came to the recipients: refused for what the client says', () => {
  const outcomes = spokenOutcomes(submission(), lines('S 554 go away'), false, 'connection refused');
  expect(outcomes.map(({ outcome, text }) => [outcome, text])).toEqual([
    ['refused', 'connection refused'],
    ['refused', 'connection refused'],
  ]);
});
