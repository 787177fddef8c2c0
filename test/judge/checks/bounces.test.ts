import { greeted, judged } from '../support';

const REFUSED = `${greeted()}C: MAIL FROM:<sender@client.example>\nS: 250 OK\nC: RCPT TO:<user@example.com>\nS: 550 no\nC: QUIT\nS: 221 bye\n`;

function notice(
  from: string,
  headers: readonly string[],
  reply = '250 OK',
  connection = 2,
  to = 'sender@client.example',
): string {
  const content = [...headers, '', 'Your message <1@client.example> could not be delivered.', '.'];
  return `+1s\n# connection ${connection}\n${greeted()}C: MAIL FROM:<${from}>\nS: 250 OK\nC: RCPT TO:<${to}>\nS: 250 OK\nC: DATA\nS: 354 go\n${content.map((line) => `C: ${line}\n`).join('')}S: ${reply}\nC: QUIT\nS: 221 bye\n`;
}

describe('null-sender-for-bounces', () => {
  const id = 'null-sender-for-bounces';
  const report = [
    'From: MAILER-DAEMON@client.example',
    'Message-ID: <b1@client.example>',
    'Content-Type: multipart/report',
  ];

  it('passes a notification from <>', () => {
    expect(judged(id, `${REFUSED}${notice('', report)}`)).toMatchObject({
      verdict: 'pass',
      reason: 'The notification came from <>.',
    });
  });

  it.each([
    ['a report', 'Content-Type: multipart/report; report-type=delivery-status'],
    ['an automatic answer', 'Auto-Submitted: auto-replied'],
    ['mail of a daemon', 'From: Mail Delivery System <bounces@client.example>'],
  ])('fails %s with a sender', (_, header) => {
    const verdict = judged(id, `${REFUSED}${notice('bounces@client.example', [header])}`);
    expect(verdict).toMatchObject({ verdict: 'fail', reason: 'A notification came from <bounces@client.example>.' });
  });

  it('fails a notification about a refused notification', () => {
    const first = notice('', report, '554 no');
    const second = notice(
      '',
      ['From: MAILER-DAEMON', 'Subject: <b1@client.example> failed'],
      '250 OK',
      3,
      'root@client.example',
    );
    expect(judged(id, `${REFUSED}${first}${second}`).verdict).toBe('fail');
  });

  it('lets the same notification be tried again', () => {
    const first = notice('', report, '451 later');
    expect(judged(id, `${REFUSED}${first}${notice('', report, '250 OK', 3)}`).verdict).toBe('pass');
  });

  it('goes by the name of the sender where the message was refused before it showed what it is', () => {
    const bare = (from: string): string =>
      `+1s\n# connection 2\n${greeted()}C: MAIL FROM:<${from}>\nS: 250 OK\nC: RCPT TO:<sender@client.example>\nS: 550 no\nC: QUIT\nS: 221 bye`;
    expect(judged(id, `${REFUSED}${bare('mailer-daemon@client.example')}`).verdict).toBe('fail');
    expect(judged(id, `${REFUSED}${bare('someone@client.example')}`).verdict).toBe('inconclusive');
    expect(judged(id, `${REFUSED}${bare('')}`).verdict).toBe('pass');
  });

  it('is inconclusive about a message from <> that follows no failure', () => {
    const accepted = REFUSED.replace('S: 550 no', 'S: 250 OK');
    const bare = `+1s\n# connection 2\n${greeted()}C: MAIL FROM:<>\nS: 250 OK\nC: RCPT TO:<sender@client.example>\nS: 550 no\nC: QUIT\nS: 221 bye`;
    expect(
      judged(
        id,
        `${accepted.replace('C: QUIT', 'C: DATA\nS: 354 go\nC: Message-ID: <1@client.example>\nC: \nC: .\nS: 250 OK\nC: QUIT')}${bare}`,
      ).verdict,
    ).toBe('inconclusive');
  });

  it('takes an ordinary message with a sender for no notification', () => {
    expect(judged(id, `${REFUSED}${notice('joe@client.example', ['From: joe@client.example'])}`).verdict).toBe(
      'not-applicable',
    );
  });

  it('asks nothing of a submission client', () => {
    const trace = `${REFUSED}${notice('bounces@client.example', report)}`;
    expect(judged(id, trace, { role: 'submission' }).verdict).toBe('not-applicable');
  });
});
