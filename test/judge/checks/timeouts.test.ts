import { judgeTrial } from '../../../src/judge/judge';
import { greeted, judged, trial, withRecipient } from '../support';

const ehlo = 'S: 220 mx.example.com\nC: EHLO client.example\n';
const mail = `${greeted()}C: MAIL FROM:<sender@client.example>\n`;
const rcpt = `${mail}S: 250 ok\nC: RCPT TO:<user@example.com>\n`;
const data = `${withRecipient()}C: DATA\n`;

describe('timeout-ehlo', () => {
  const id = 'timeout-ehlo';

  it.each([
    ['leaving after 300 s', `${ehlo}S! mute\n+300s\nC- FIN`, 'pass'],
    ['QUIT after 60 s', `${ehlo}S! mute\n+60s\nC: QUIT\nC- FIN`, 'pass'],
    ['leaving after 30 s, for which there is no figure', `${ehlo}S! mute\n+30s\nC- FIN`, 'warn'],
    ['being there at the cap', `${ehlo}S! mute\n+15min\nS- destroy`, 'fail'],
    ['a silence that we ended', `${ehlo}S! mute\n+5min\nS- destroy`, 'inconclusive'],
    ['a reply after 30 s', `${ehlo}S! wait 30s\nS: 250 mx\nC: QUIT\nS: 221 bye`, 'not-applicable'],
  ])('judges %s', (_, trace, word) => {
    expect(judged(id, trace).verdict).toBe(word);
  });
});

describe.each([
  { id: 'timeout-mail', head: mail, verb: 'MAIL', least: 295, late: 290, asked: 'five minutes' },
  { id: 'timeout-rcpt', head: rcpt, verb: 'RCPT', least: 295, late: 290, asked: 'five minutes' },
  { id: 'timeout-data-init', head: data, verb: 'DATA', least: 118, late: 115, asked: 'two minutes' },
])('$id', ({ id, head, verb, least, late, asked }) => {
  it('passes taking a reply that comes late, and leaving after the time', () => {
    expect(judged(id, `${head}S! wait ${late}s\nS: 550 no\nC: QUIT\nS: 221 bye`).verdict).toBe('pass');
    expect(judged(id, `${head}S! mute\n+${least}s\nC- FIN`)).toMatchObject({
      verdict: 'pass',
      reason: `It waited ${least} s for the reply to ${verb} and left.`,
    });
  });

  it('warns about leaving too early, by FIN or by QUIT', () => {
    const early = `${head}S! mute\n+${least - 1}s\n`;
    expect(judged(id, `${early}C- FIN`)).toMatchObject({
      verdict: 'warn',
      level: 'SHOULD',
      reason: `It left after ${least - 1} s without the reply to ${verb}, and ${asked} are asked for.`,
    });
    expect(judged(id, `${early}C: QUIT\nC- FIN`).verdict).toBe('warn');
  });

  it('warns about being there at the cap', () => {
    expect(judged(id, `${head}S! mute\n+15min\nS- destroy`).verdict).toBe('warn');
  });

  it('is inconclusive when we stopped waiting first', () => {
    expect(judged(id, `${head}S! mute\n+60s\nS- destroy`).verdict).toBe('inconclusive');
  });

  it('does not apply to a reply in time, to a dribble, nor to a client that talks on', () => {
    expect(judged(id, `${head}S: 550 no\nC: QUIT\nS: 221 bye`).verdict).toBe('not-applicable');
    expect(judged(id, `${head}S> 55\n+30s\nC- FIN\nS> 0 no\\r\\n`).verdict).toBe('not-applicable');
    expect(judged(id, `${head}S! ignore\n+5s\nC: NOOP\nS: 250 ok\nC: QUIT\nS: 221 bye`).verdict).toBe('not-applicable');
  });

  it('scales its figures with the time (trap 20)', () => {
    const trace = `${head}S! mute\n+${least / 10}s\nC- FIN`;
    expect(judged(id, trace, { timeScale: 0.1 })).toMatchObject({ verdict: 'pass', scaled: true });
  });
});

describe('a group under PIPELINING', () => {
  const group = `${greeted('PIPELINING')}C: MAIL FROM:<a@b.example>\nC| RCPT TO:<c@d.example>\nC| DATA\n`;

  it('does not end the wait for its first reply', () => {
    expect(judged('timeout-mail', `${group}S! mute\n+300s\nC- FIN`).verdict).toBe('pass');
    expect(judged('timeout-mail', `${group}S! mute\n+30s\nC- FIN`).verdict).toBe('warn');
  });

  it('starts the clock of DATA when that is the oldest unanswered (trap 7)', () => {
    const answered = `${group}+100s\nS: 250 ok\nS: 250 ok\nS! mute\n`;
    expect(judged('timeout-data-init', `${answered}+50s\nC- FIN`)).toMatchObject({
      verdict: 'warn',
      reason: 'It left after 50 s without the reply to DATA, and two minutes are asked for.',
    });
    expect(judged('timeout-data-init', `${answered}+120s\nC- FIN`).verdict).toBe('pass');
  });
});

describe('a client that was stopped with the trial', () => {
  const stopped = (id: string, text: string, after = 0): string | undefined => {
    const record = trial(text);
    const over = { ...record, end: 'window-over' as const, endedAt: record.endedAt + after };
    return judgeTrial(over, { rfc: 5321 }).verdicts.find(({ obligation }) => obligation === id)?.verdict;
  };

  it('has not left of its own accord', () => {
    const trace = `${mail}S! mute\n+30s\nC- FIN`;
    expect(stopped('timeout-mail', trace)).toBe('inconclusive');
    expect(stopped('timeout-then-quit', trace)).toBe('not-applicable');
    expect(stopped('silent-accept', 'S! mute\n+30s\nC- FIN')).toBe('inconclusive');
    expect(stopped('quit-non-221', `${greeted()}C: QUIT\nS! ignore\n+30s\nC- FIN`)).toBe('inconclusive');
    expect(stopped('idle-hang', `${mail}S: 550 no\n+30s\nC- FIN`)).toBe('inconclusive');
  });

  it('has left by itself when that was well before the end', () => {
    expect(stopped('timeout-mail', `${mail}S! mute\n+30s\nC- FIN`, 5000)).toBe('warn');
  });
});

describe('timeout-then-quit', () => {
  const id = 'timeout-then-quit';

  it.each([
    ['MAIL', `${mail}S! mute\n+300s\nC: QUIT\nC- FIN`],
    ['the greeting', 'S! mute\n+300s\nC: QUIT\nC- FIN'],
    [
      'the second of a group',
      `${greeted('PIPELINING')}C: MAIL FROM:<a@b.example>\nC| RCPT TO:<c@d.example>\nS: 250 ok\nS! mute\n+300s\nC: QUIT\nC- FIN`,
    ],
  ])('passes QUIT for want of the reply to %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('pass');
  });

  it.each(['C- FIN', 'C- RST'])('warns about leaving by %s alone', (end) => {
    expect(judged(id, `${mail}S! mute\n+300s\n${end}`)).toMatchObject({
      verdict: 'warn',
      reason: 'It left without QUIT after waiting 300 s for the reply to MAIL.',
    });
    expect(judged('quit-before-close', `${mail}S! mute\n+300s\n${end}`).verdict).toBe('not-applicable');
  });

  it.each([
    ['a reply that came', `${mail}S: 550 no\nC- FIN`],
    ['our end', `${mail}S! mute\n+300s\nS- destroy`],
    ['a handshake, where QUIT cannot be said', `${greeted('STARTTLS')}C: STARTTLS\nS: 220 go\n+300s\nC- FIN`],
    ['a port that was only tried', 'S! mute\nC- FIN'],
  ])('does not apply to %s', (_, trace) => {
    expect(judged(id, trace).verdict).toBe('not-applicable');
  });

  it('is inconclusive where we were not reading', () => {
    expect(judged(id, `${mail}S! deaf\n+300s\nC- FIN`).verdict).toBe('inconclusive');
  });
});

describe('timeout-starttls', () => {
  const id = 'timeout-starttls';
  const starttls = `${greeted('STARTTLS')}C: STARTTLS\nS: 220 go\n`;

  it.each([
    ['leaving after 300 s', `${starttls}+300s\nC- FIN`, 'pass'],
    ['leaving after 5 s, for which there is no minimum', `${starttls}+5s\nC- FIN`, 'pass'],
    ['leaving a plaintext silence', `${starttls}S! next plain\nS! mute\n+60s\nC- FIN`, 'pass'],
    ['being there at the cap', `${starttls}+16min\nS- destroy`, 'fail'],
    ['leaving beyond the cap', `${starttls}+16min\nC- FIN`, 'fail'],
    ['a wait that we ended', `${starttls}+60s\nS- destroy`, 'inconclusive'],
    ['a handshake that was done', `${starttls}TLS secured TLSv1.3\nC: EHLO a.example\nS: 250 mx`, 'not-applicable'],
    ['a handshake that failed at once', `${starttls}TLS failed unknown ca\nC- FIN`, 'not-applicable'],
  ])('judges %s', (_, trace, word) => {
    expect(judged(id, trace).verdict).toBe(word);
  });
});
