import { greeted, judged, withRecipient } from '../support';

const sent = `${withRecipient()}C: DATA\nS: 354 go\nC: Message-ID: <1@client.example>\nC: \nC: .\nS: 250 ok\n`;

describe('quit-waits-for-221', () => {
  const id = 'quit-waits-for-221';

  it('passes a client that is still there after 3 s', () => {
    expect(judged(id, `${greeted()}C: QUIT\nS! hold 3s\nS: 221 bye\nC- FIN`)).toMatchObject({
      verdict: 'pass',
      reason: 'It was still there when the reply to QUIT came after 3 s.',
    });
  });

  it.each([
    ['a FIN right behind QUIT', `${greeted()}C: QUIT\nC- FIN\nS: 221 bye`],
    ['a reset during the hold', `${greeted()}C: QUIT\nS! hold 3s\n+1s\nC- RST`],
    ['a FIN after a second of silence', `${greeted()}C: QUIT\nS! ignore\n+1s\nC- FIN`],
    ['a FIN between the lines', `${greeted()}C: QUIT\nS: 221-a\n+1s\nC- FIN\nS: 221 b`],
  ])('warns about %s (trap 3)', (_, trace) => {
    expect(judged(id, trace)).toMatchObject({ verdict: 'warn', level: 'SHOULD' });
  });

  it.each([
    ['a reply that was not held', `${greeted()}C: QUIT\nS: 221 bye\nC- FIN`],
    ['a silence that it did wait in', `${greeted()}C: QUIT\nS! ignore\n+30s\nC- FIN`],
    [
      'a close along with a QUIT behind the dot',
      `${withRecipient('PIPELINING')}C: DATA\nS: 354 go\nC: .\nC: QUIT\nC- FIN\nS: 250 ok\nS: 221 bye`,
    ],
  ])('is inconclusive about %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('inconclusive');
  });

  it('does not apply without QUIT', () => {
    expect(judged(id, `${greeted()}C- FIN`).verdict).toBe('not-applicable');
  });
});

describe('quit-non-221', () => {
  const id = 'quit-non-221';

  it.each([
    ['500', `${greeted()}C: QUIT\nS: 500 ?\nS! next continue\n+1s\nC- FIN`],
    ['silence', `${greeted()}C: QUIT\nS! ignore\n+60s\nC- FIN`],
    ['a socket that we keep open', `${greeted()}C: QUIT\nS: 221 bye\nS! next continue\n+1s\nC- FIN`],
  ])('passes leaving after %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it.each([
    ['repeating QUIT', `${greeted()}C: QUIT\nS: 500 ?\nS! next continue\nC: QUIT\nS: 221 bye`],
    ['repeating QUIT unheard', `${greeted()}C: QUIT\nS! mute\n+9s\nC: QUIT\n+1s\nC- FIN`],
    ['leaving after five minutes', `${greeted()}C: QUIT\nS! ignore\n+301s\nC- FIN`],
    ['staying for more than five minutes', `${greeted()}C: QUIT\nS! ignore\n+301s\nS- destroy`],
    [
      'sending a delivered message again',
      `${sent}C: QUIT\nS: 500 ?\nC- FIN\n# connection 2\n${sent}C: QUIT\nS: 221 bye`,
    ],
  ])('warns about %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('warn');
  });

  it('is inconclusive when we end first', () => {
    expect(judged(id, `${greeted()}C: QUIT\nS! ignore\n+30s\nS- destroy`).verdict).toBe('inconclusive');
  });

  it('does not apply to a 221 and our close', () => {
    expect(judged(id, `${greeted()}C: QUIT\nS: 221 bye\nC- FIN`).verdict).toBe('not-applicable');
  });
});
