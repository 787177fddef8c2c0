import { createHash } from 'node:crypto';

import { readCampaign, type Campaign } from '../../src/judge/campaign';
import { greeted, trial, type TrialOptions } from './support';

const content = 'Message-ID: <1@client.example>\nC: Subject: x';

function campaign(text: string, options: TrialOptions = {}): Campaign {
  return readCampaign(trial(text, options));
}

/** A session that offers one message; each reply is given. */
function session(
  replies: { mail?: string; rcpt?: string; data?: string; dot?: string } = {},
  headers = content,
): string {
  const { mail = '250 ok', rcpt = '250 ok', data = '354 go', dot = '250 queued' } = replies;
  const lines = [`C: MAIL FROM:<sender@client.example>\nS: ${mail}`];
  if (mail.startsWith('2')) lines.push(`C: RCPT TO:<user@example.com>\nS: ${rcpt}`);
  if (mail.startsWith('2') && rcpt.startsWith('2')) {
    lines.push(`C: DATA\nS: ${data}`);
    if (data.startsWith('3')) lines.push(`C: ${headers}\nC: \nC: .\nS: ${dot}`);
  }
  return `${greeted()}${lines.join('\n')}\nC: QUIT\nS: 221 bye\n`;
}

const later = (connection: number, text: string, where = ''): string =>
  `+5min\n# connection ${connection}${where}\n${text}`;

describe('outcomes', () => {
  it.each([
    [{ mail: '451 later' }, 'deferred', 'mail'],
    [{ rcpt: '550 no' }, 'refused', 'rcpt'],
    [{ data: '554 no' }, 'refused', 'data'],
    [{ data: '250 odd' }, 'unknown', 'data'],
    [{ dot: '452 full' }, 'deferred', 'end-of-data'],
    [{}, 'accepted', 'end-of-data'],
  ] as const)('of %j are %s at %s', (replies, result, stage) => {
    const [attempt] = campaign(session(replies)).attempts;
    expect(attempt).toMatchObject({ kind: 'submission', submission: 1, result });
    expect(attempt?.recipients).toMatchObject([{ recipient: 'user@example.com', result, stage }]);
  });

  it('differ per recipient', () => {
    const to = ['one@example.com', 'two@example.com', 'three@example.com'];
    const text = `${greeted()}C: MAIL FROM:<sender@client.example>\nS: 250 ok
      C: RCPT TO:<one@example.com>\nS: 250 ok\nC: RCPT TO:<two@example.com>\nS: 450 later\nC: RCPT TO:<three@example.com>\nS: 550 no
      C: DATA\nS: 354 go\nC: ${content}\nC: \nC: .\nS: 250 ok`;
    const read = campaign(text, { submissions: [{ to }] });
    expect(read.attempts[0]?.recipients.map(({ result }) => result)).toEqual(['accepted', 'deferred', 'refused']);
    expect(read.stories[0]?.acceptedFor).toEqual(['one@example.com']);
  });

  it('are unknown without a reply to the dot, and acknowledged when the client went on', () => {
    const cut = campaign(`${session().split('C: .\n')[0]}C: .\nS- RST`).attempts[0];
    expect(cut).toMatchObject({ result: 'unknown', acknowledged: false });
    expect(campaign(session()).attempts[0]?.acknowledged).toBe(true);
  });
});

describe('identity', () => {
  const two = { submissions: [{}, { messageId: '<2@client.example>' }] };

  it('goes by Message-ID, whoever else has the envelope', () => {
    const text = session({}, content.replace('<1@', '<2@'));
    expect(campaign(text, two).attempts[0]).toMatchObject({ submission: 2, identifiedBy: 'message-id' });
  });

  it('goes by the digest without trace headers where there is no Message-ID', () => {
    const digest = createHash('sha256').update('Subject: ..x\r\n.\r\n\r\n').digest('hex');
    const text = session({}, 'Received: by a relay\nC: Subject: ..x\nC: ..');
    const found = campaign(text, { submissions: [{ messageId: '<other@x>' }, { messageId: '<else@x>', digest }] });
    expect(found.attempts[0]).toMatchObject({ submission: 2, identifiedBy: 'digest' });
  });

  it('goes by the envelope where that is enough, in any case of letters', () => {
    const refused = session({ rcpt: '550 no' }).replace('user@example.com', 'USER@example.com');
    expect(campaign(refused).attempts[0]).toMatchObject({ submission: 1, identifiedBy: 'envelope' });
    expect(campaign(refused, two).attempts[0]).toMatchObject({ submission: null, candidates: [1, 2] });
  });

  it('knows strangers', () => {
    const text = session({ rcpt: '550 no' }).replace('sender@client.example', 'spam@example.net');
    expect(campaign(text)).toMatchObject({ attempts: [{ kind: 'stranger' }], unattributed: [{ kind: 'stranger' }] });
  });

  it('takes a null-sender message about a submission for its bounce, never for a retry', () => {
    const bounce = `${greeted()}C: MAIL FROM:<>\nS: 250 ok\nC: RCPT TO:<sender@client.example>\nS: 250 ok\nC: DATA\nS: 354 go
      C: Message-ID: <b@client.example>\nC: \nC: Message-ID: <2@client.example>\nC: .\nS: 250 ok\nC: QUIT\nS: 221 bye`;
    const read = campaign(`${session({ rcpt: '550 no' })}${later(2, bounce)}`, two);
    expect(read.bounces).toMatchObject([{ submission: 2, identifiedBy: 'message-id' }]);
    expect(read.stories[1]).toMatchObject({ bounces: [{ kind: 'bounce' }], attempts: [], retries: [] });
  });

  it('does not take a submission that has the null sender for a bounce', () => {
    const text = session({ rcpt: '450 later' }).replace('sender@client.example', '');
    expect(campaign(text, { submissions: [{ from: '' }] }).attempts[0]).toMatchObject({
      kind: 'submission',
      submission: 1,
    });
  });
});

describe('retries', () => {
  it('have the gap, the server and the connection in relation to the one before', () => {
    const text = `${session({ rcpt: '450 later' })}${later(2, session({ rcpt: '450 later' }), ' server 1')}${later(3, session())}`;
    const [story] = campaign(text).stories;
    expect(story?.attempts).toHaveLength(3);
    expect(story?.retries).toMatchObject([
      { gapMs: 300_000, sameServer: false, sameConnection: false, recipients: ['user@example.com'] },
      { gapMs: 300_000, sameServer: false },
    ]);
  });

  it('need a shared recipient: a split is none', () => {
    const rest = session().replace('user@example.com', 'second@example.com');
    const options = { submissions: [{ to: ['user@example.com', 'second@example.com'] }] };
    expect(campaign(`${session()}${later(2, rest)}`, options).stories[0]?.retries).toEqual([]);
  });

  it('after a refused MAIL are for all the recipients', () => {
    const read = campaign(`${session({ mail: '451 later' })}${later(2, session())}`);
    expect(read.stories[0]?.retries).toMatchObject([{ recipients: ['user@example.com'] }]);
  });
});

it('finds what was offered again after it had been accepted', () => {
  const [twice] = campaign(`${session()}${later(2, session())}`).stories;
  expect(twice?.repeats).toMatchObject([{ recipient: 'user@example.com', duplicate: true }]);
  const [refused] = campaign(`${session()}${later(2, session({ rcpt: '550 no' }))}`).stories;
  expect(refused?.repeats).toMatchObject([{ duplicate: false }]);
});

it('keeps what the client reported, and what it called itself', () => {
  const outcomes = [{ submission: 1, recipient: null, outcome: 'accepted', text: 'sent' }] as const;
  const read = campaign(`${greeted('STARTTLS')}C: HELO other.example\nS: 250 ok\nC- FIN`, { outcomes });
  expect(read.stories[0]?.reported).toEqual(outcomes);
  expect(read.names).toMatchObject([
    { verb: 'EHLO', name: 'client.example' },
    { verb: 'HELO', name: 'other.example' },
  ]);
});
