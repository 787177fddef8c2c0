import type { ReportedOutcome } from '../../../src/wire/trial-record';
import { greeted, judged } from '../support';

const TO = ['a@example.com', 'b@example.com', 'c@example.com', 'd@example.com'];
const several = { submissions: [{ to: TO }] };
const MESSAGE = 'C: DATA\nS: 354 go\nC: Message-ID: <1@client.example>\nC| \nC| .\nS: 250 OK\n';
const QUIT = 'C: QUIT\nS: 221 bye\n';

/** One RCPT after the other. */
function oneByOne(...codes: readonly number[]): string {
  const lines = codes.map((code, index) => `C: RCPT TO:<${TO[index]}>\nS: ${code} x\n`);
  return `${greeted()}C: MAIL FROM:<sender@client.example>\nS: 250 OK\n${lines.join('')}`;
}

/** All in one group. */
function grouped(...codes: readonly number[]): string {
  const commands = codes.map((_, index) => `C| RCPT TO:<${TO[index]}>\n`).join('');
  const replies = codes.map((code) => `S: ${code} x\n`).join('');
  return `${greeted('PIPELINING')}C: MAIL FROM:<sender@client.example>\n${commands}S: 250 OK\n${replies}`;
}

/** A later session for some of them. */
function later(...recipients: readonly string[]): string {
  const rcpt = recipients.map((to) => `C: RCPT TO:<${to}>\nS: 250 OK\n`).join('');
  return `+60s\n# connection 2\n${greeted()}C: MAIL FROM:<sender@client.example>\nS: 250 OK\n${rcpt}${MESSAGE}${QUIT}`;
}

function reported(...outcomes: readonly ReportedOutcome['outcome'][]): readonly ReportedOutcome[] {
  return outcomes.map((outcome, index) => ({ submission: 1, recipient: TO[index] ?? null, outcome, text: '' }));
}

describe('pipeline-check-all-replies', () => {
  const id = 'pipeline-check-all-replies';
  const first = `${grouped(250, 550, 250, 450)}${MESSAGE}${QUIT}`;

  it('passes a client that comes again for the deferred recipient alone', () => {
    expect(judged(id, `${first}${later('d@example.com')}`, several).verdict).toBe('pass');
  });

  it('fails one that comes again for the refused recipient', () => {
    const verdict = judged(id, `${first}${later('b@example.com')}`, several);
    expect(verdict.verdict).toBe('fail');
    expect(verdict.reason).toBe('<b@example.com> was offered again after 60 s although it had got 550.');
    expect(verdict.evidence[0]).toMatchObject({ connection: 2, text: 'C: RCPT TO:<b@example.com>' });
  });

  it('fails a second copy for an accepted recipient', () => {
    const verdict = judged(id, `${first}${later('c@example.com', 'd@example.com')}`, several);
    expect(verdict).toMatchObject({ verdict: 'fail', refersTo: 'single-copy-no-dup' });
  });

  it('is inconclusive about that copy when the client may not have read our 250 (trap 4)', () => {
    const unread = `${grouped(250, 550, 250, 450)}${MESSAGE}S- RST\n`;
    expect(judged(id, `${unread}${later('c@example.com')}`, several).verdict).toBe('inconclusive');
  });

  it('goes by what the client reported of each recipient', () => {
    const right = { ...several, outcomes: reported('accepted', 'refused', 'accepted', 'deferred') };
    expect(judged(id, first, right).verdict).toBe('pass');
    const slipped = { ...several, outcomes: reported('accepted', 'accepted', 'refused', 'deferred') };
    expect(judged(id, first, slipped)).toMatchObject({
      verdict: 'fail',
      reason: 'It reported <b@example.com> as accepted, which had got 550.',
    });
  });

  it('is inconclusive when no later session comes', () => {
    const verdict = judged(id, first, several);
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.reason).toMatch(/no later session shows .* within the window of 30 s\.$/);
  });

  it('fails dropping the whole message', () => {
    const verdict = judged(id, `${grouped(250, 550)}C: RSET\nS: 250 OK\n${QUIT}`, several);
    expect(verdict).toMatchObject({
      verdict: 'fail',
      reason: 'It dropped the message although 1 of 2 recipients had been accepted.',
    });
  });

  it('leaves recipients that came one by one to the other check', () => {
    expect(judged(id, `${oneByOne(250, 550)}${MESSAGE}`, several).verdict).toBe('not-applicable');
  });
});

describe('rcpt-partial-accept', () => {
  const id = 'rcpt-partial-accept';

  it('passes a message that is sent to the accepted, when the refused does not come again', () => {
    const verdict = judged(id, `${oneByOne(250, 550)}${MESSAGE}${QUIT}`, several);
    expect(verdict.verdict).toBe('pass');
    expect(verdict.reason).toMatch(/within the window of 30 s\.$/);
  });

  it('passes when the deferred recipient comes again', () => {
    expect(judged(id, `${oneByOne(250, 450)}${MESSAGE}${QUIT}${later('b@example.com')}`, several).verdict).toBe('pass');
  });

  it('is inconclusive while the deferred one may still come', () => {
    expect(judged(id, `${oneByOne(250, 450)}${MESSAGE}${QUIT}`, several).verdict).toBe('inconclusive');
  });

  it('asks no queue of a submission client', () => {
    const library = { ...several, role: 'submission' as const };
    expect(judged(id, `${oneByOne(250, 450)}${MESSAGE}${QUIT}`, library).verdict).toBe('pass');
  });

  it.each([
    ['RSET', 'C: RSET\nS: 250 OK\n'],
    ['leaving', 'C- FIN\n'],
  ])('fails dropping the message by %s', (_, end) => {
    expect(judged(id, `${oneByOne(250, 550)}${end}`, several).verdict).toBe('fail');
  });

  it('does not apply after our 421, our close, or a refused DATA', () => {
    expect(judged(id, `${oneByOne(250, 421)}C: QUIT\nC- FIN`, several).verdict).toBe('not-applicable');
    expect(judged(id, `${oneByOne(250, 550)}S- FIN`, several).verdict).toBe('not-applicable');
    expect(judged(id, `${oneByOne(250, 550)}C: DATA\nS: 554 no\n${QUIT}`, several).verdict).toBe('not-applicable');
  });

  it('is inconclusive when the message was refused for all of them', () => {
    const refused = MESSAGE.replace('250 OK', '554 no');
    expect(judged(id, `${oneByOne(250, 550)}${refused}${QUIT}`, several).verdict).toBe('inconclusive');
  });

  it('does not call a new beginning a drop', () => {
    const anew = `${oneByOne(250, 550)}C: RSET\nS: 250 OK\n${QUIT}${later('a@example.com')}`;
    expect(judged(id, anew, several).verdict).toBe('inconclusive');
  });

  it('has no occasion where all were accepted, or all refused', () => {
    expect(judged(id, `${oneByOne(250, 250)}${MESSAGE}`, several).verdict).toBe('not-applicable');
    expect(judged(id, `${oneByOne(550, 550)}${QUIT}`, several).verdict).toBe('not-applicable');
  });
});
