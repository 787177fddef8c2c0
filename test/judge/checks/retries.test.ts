import { submitInLanes } from '../../../src/clients/mta-lane';
import { setPaceMs } from '../../../src/judge/retry-series';
import { assignment, newFolder, removeFolder, submission } from '../../clients/assignment';
import { greeted, judged, type TrialOptions } from '../support';
import { bounceSession, deferredAfter, later, session } from './sessions';

const put = session({ rcpt: '451 later' });
const hours: TrialOptions = { window: 24 * 3_600_000 };
const paced: TrialOptions = { capabilities: ['retries'] };
const said = (outcome: 'bounced' | 'refused' | 'deferred'): TrialOptions => ({
  outcomes: [{ submission: 1, recipient: null, outcome, text: '' }],
});

describe('retry-after-4yz', () => {
  const id = 'retry-after-4yz';

  it('passes a deferred message that comes back', () => {
    const verdict = judged(id, put + later('5min', 2, session()));
    expect(verdict).toMatchObject({ verdict: 'pass' });
    expect(verdict.reason).toBe('<user@example.com> was deferred with 451 and came again after 5 min.');
  });

  it('passes one that turns to another server', () => {
    expect(judged(id, put + later('5s', 2, session(), 'server 1')).verdict).toBe('pass');
  });

  it('fails one that is returned on the first 4yz', () => {
    const verdict = judged(id, put + later('5s', 2, bounceSession()));
    expect(verdict).toMatchObject({ verdict: 'fail', evidence: [{ connection: 2, text: 'C: MAIL FROM:<>' }, {}] });
    expect(judged(id, put, said('bounced')).verdict).toBe('fail');
  });

  it('does not take the word of a client that may have no queue', () => {
    expect(judged(id, put, { ...said('refused'), role: 'unknown' }).verdict).toBe('inconclusive');
    expect(judged(id, put, { ...said('refused'), role: 'submission' }).verdict).toBe('not-applicable');
  });

  it('does not take a notice of delay for a return', () => {
    expect(judged(id, put + later('5s', 2, bounceSession('Action: delayed'))).verdict).toBe('inconclusive');
  });

  it('proves nothing when the window passes without it, and says how long it was', () => {
    const verdict = judged(id, put, { window: 60_000 });
    expect(verdict).toMatchObject({ verdict: 'inconclusive' });
    expect(verdict.reason).toContain('did not come again within the window of 60 s');
  });

  it('does not ask it after a deferral that we had mangled', () => {
    const mangled = put.replace('S: 451 later', 'S: 451-later\nS: 550 no');
    expect(judged(id, mangled + later('5s', 2, bounceSession())).verdict).toBe('not-applicable');
  });
});

describe('retry-not-immediate', () => {
  const id = 'retry-not-immediate';

  it('passes a return after a minute', () => {
    expect(judged(id, deferredAfter('60s')).verdict).toBe('pass');
  });

  it('fails an instant return, also on the same connection', () => {
    const verdict = judged(id, deferredAfter('2s'));
    expect(verdict).toMatchObject({ verdict: 'fail', evidence: [{ connection: 2 }, { connection: 1 }] });
    expect(verdict.reason).toBe('It came back to the same address after 2 s, without a delay after 451.');
    const again = `C: MAIL FROM:<sender@client.example>\nS: 250 ok\nC: RCPT TO:<user@example.com>\nS: 451 later\n`;
    expect(judged(id, `${greeted()}${again}C: RSET\nS: 250 ok\n${again}C: QUIT\nS: 221 bye`).verdict).toBe('fail');
  });

  it.each([
    ['the next server', put + later('1s', 2, session(), 'server 1')],
    ['the next address of the same server', put + later('1s', 2, session(), 'to 127.0.0.2:2525')],
    ['HELO after EHLO', put + later('1s', 2, session().replace('C: EHLO', 'C: HELO'))],
    [
      'MAIL without the parameter that was not taken',
      session({ mail: '455 not now' }).replace('example>', 'example> SIZE=9') + later('1s', 2, session()),
    ],
  ])('does not ask %s to wait (trap 6)', (_, text) => {
    expect(judged(id, text).verdict).toBe('not-applicable');
  });

  it('does not ask the recipients of a 452 split to wait (trap 6)', () => {
    const to = ['one@example.com', 'two@example.com'];
    const content = 'C: DATA\nS: 354 go\nC: Message-ID: <1@client.example>\nC: \nC: .\nS: 250 ok\n';
    const mail = 'C: MAIL FROM:<sender@client.example>\nS: 250 ok\n';
    const text = `${greeted()}${mail}C: RCPT TO:<one@example.com>\nS: 250 ok\nC: RCPT TO:<two@example.com>\nS: 452 too many
      ${content}${mail}C: RCPT TO:<two@example.com>\nS: 250 ok\n${content}C: QUIT\nS: 221 bye`;
    expect(judged(id, text, { submissions: [{ to }] }).verdict).toBe('not-applicable');
  });

  it('does not take the pace that the client was told to keep for its own', () => {
    const verdict = judged(id, deferredAfter('5s'), { ...paced, window: 30_000 });
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.reason).toContain('for a window of 30 s it is told to do so after 5 s');
    expect(judged(id, deferredAfter('2s'), { ...paced, window: 30_000 }).verdict).toBe('fail');
    expect(judged(id, deferredAfter('60s'), { ...paced, window: 3_600_000 }).verdict).toBe('pass');
  });

  it('proves nothing where the attempt before was cut off', () => {
    const cut = `${session().split('C: .\n')[0] ?? ''}C: .\nS- RST\n`;
    expect(judged(id, cut + later('1s', 2, session())).verdict).toBe('inconclusive');
  });

  it('scales the minute with time', () => {
    expect(judged(id, deferredAfter('7s'), { timeScale: 0.1 })).toMatchObject({ verdict: 'pass', scaled: true });
  });
});

describe('the pace that a client is told to keep', () => {
  it.each([2_000, 30_000, 60_000, 600_000, 1_800_000, 86_400_000])(
    'is that of its driver, in a window of %i ms',
    async (windowMs) => {
      const folder = newFolder();
      const told: number[] = [];
      try {
        const given = { ...assignment(1, folder, { submissions: [submission()] }), windowMs };
        await submitInLanes(given, 'postfix', async (lane) => {
          told.push(lane.retryAfterS * 1000);
          return { outcomes: [], end: 'finished', log: '', exitCode: null };
        });
      } finally {
        await removeFolder(folder);
      }
      expect(told).toEqual([setPaceMs(windowMs)]);
    },
  );
});

describe('retry-interval-30min', () => {
  const id = 'retry-interval-30min';

  it('passes half an hour and more', () => {
    expect(judged(id, deferredAfter('30min', '2h'), hours).verdict).toBe('pass');
  });

  it('warns about less, and never fails it', () => {
    const verdict = judged(id, deferredAfter('15min', '2h'), hours);
    expect(verdict).toMatchObject({ verdict: 'warn', level: 'SHOULD' });
    expect(verdict.reason).toBe('It left 15 min between two attempts, which is less than 30 min.');
    expect(verdict).not.toHaveProperty('refersTo');
  });

  it('refers an instant return to the obligation that judges it', () => {
    expect(judged(id, deferredAfter('1s'), hours)).toMatchObject({ verdict: 'warn', refersTo: 'retry-not-immediate' });
  });

  it('proves nothing about a client that was told to come back sooner', () => {
    expect(judged(id, deferredAfter('5min'), { ...paced, ...hours }).verdict).toBe('inconclusive');
    expect(judged(id, deferredAfter('65s'), { ...paced, ...hours }).verdict).toBe('warn');
  });
});

describe('retry-backoff', () => {
  const id = 'retry-backoff';

  it('passes gaps that grow', () => {
    expect(judged(id, deferredAfter('30min', '1h', '2h'), hours).verdict).toBe('pass');
  });

  it('warns about gaps that do not', () => {
    const verdict = judged(id, deferredAfter('10min', '10min', '10min'), hours);
    expect(verdict).toMatchObject({ verdict: 'warn' });
    expect(verdict.reason).toBe('The median gap went from 10 min to 10 min in 3 gaps.');
  });

  it('proves nothing with two gaps, nor at a pace that was set', () => {
    expect(judged(id, deferredAfter('30min', '1h'), hours).verdict).toBe('inconclusive');
    expect(judged(id, deferredAfter('5min', '5min', '5min'), { ...paced, ...hours }).verdict).toBe('inconclusive');
  });
});

describe('retry-gives-up-4-5d', () => {
  const id = 'retry-gives-up-4-5d';
  const days: TrialOptions = { window: 6 * 86_400_000 };

  it('passes four days of trying', () => {
    expect(judged(id, deferredAfter('1d', '1d', '2d'), days).verdict).toBe('pass');
  });

  it('warns about giving up sooner', () => {
    const verdict = judged(id, deferredAfter('1h', '2h') + later('1h', 9, bounceSession()), days);
    expect(verdict).toMatchObject({ verdict: 'warn', reason: 'It gave up 4 h after the first attempt.' });
    expect(judged(id, put, { ...days, ...said('bounced') })).toMatchObject({
      verdict: 'warn',
      refersTo: 'retry-after-4yz',
    });
  });

  it('proves nothing in an ordinary run, or about a message that was taken in the end', () => {
    expect(judged(id, deferredAfter('10s')).verdict).toBe('inconclusive');
    expect(judged(id, put + later('1h', 2, session()), days).verdict).toBe('not-applicable');
  });
});
