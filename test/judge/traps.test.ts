// The traps of judging by a record: where a careless judge blames a client for what it did not do, or believes what is not
// proved. One test for each, whichever checks it takes.

import { judgeTrial } from '../../src/judge/judge';
import { deferredAfter, later, session } from './checks/sessions';
import { greeted, judged, judgement, trial, withRecipient } from './support';

const mail = 'C: MAIL FROM:<sender@client.example>\nS: 250 ok\n';
const quit = 'C: QUIT\nS: 221 bye\n';

/** What fails or warns by itself on a trace. */
function blamed(text: string, options: Parameters<typeof judgement>[1] = {}): readonly string[] {
  return judgement(text, options)
    .verdicts.filter(({ verdict, refersTo }) => (verdict === 'fail' || verdict === 'warn') && refersTo === undefined)
    .map(({ obligation }) => obligation);
}

it('trap 1: a fast answer is not early, and only a held reply proves waiting', () => {
  const id = 'no-pipelining-unless-advertised';
  const fast = `${greeted()}${mail}C: RCPT TO:<user@example.com>\nS: 250 ok\n${quit}`;
  expect(judged(id, fast).verdict).toBe('inconclusive');
  expect(judged(id, fast.replace('S: 250 ok', 'S! hold 2s\nS: 250 ok')).verdict).toBe('pass');
  const early = `${greeted()}C: MAIL FROM:<sender@client.example>\nS! hold 2s\nC: RCPT TO:<user@example.com>\nS: 250 ok\nS: 250 ok`;
  expect(judged(id, early).verdict).toBe('fail');
});

it('trap 2: a 421 that comes unasked may cross a command on its way', () => {
  const crossing = (time: string): string =>
    `${greeted()}${mail}S? 421 closing\nS! next continue\n${time}C: RCPT TO:<user@example.com>\nS: 503 no\nC- FIN`;
  expect(judged('reply-async-421', crossing('')).verdict).toBe('inconclusive');
  expect(judged('reply-async-421', crossing('+5s\n')).verdict).toBe('fail');
});

it('trap 3: QUIT may come with the dot, a FIN right behind it breaks a SHOULD, and our write that fails is no fault', () => {
  const grouped = `${withRecipient('PIPELINING')}C: DATA\nS: 354 go\nC: Subject: x\nC: \nC: .\nC| QUIT\nS: 250 ok\nS: 221 bye`;
  expect(judged('no-pipelining-unless-advertised', grouped).verdict).not.toBe('fail');
  expect(judged('pipeline-last-in-group', grouped).verdict).not.toBe('fail');
  const hasty = `${greeted()}C: QUIT\nC- FIN\nC- write-failed EPIPE\nS: 221 bye`;
  expect(judged('quit-waits-for-221', hasty).verdict).toBe('warn');
  expect(judged('quit-before-close', hasty).verdict).toBe('pass');
});

it('trap 4: a 250 that we wrote before a reset is not one that the client has read', () => {
  const written = `${session().split('S: 250 queued')[0] ?? ''}S: 250 queued\n`;
  const again = later('5min', 2, session());
  expect(judged('single-copy-no-dup', `${written}S- RST\n${again}`).verdict).toBe('inconclusive');
  expect(judged('single-copy-no-dup', `${written}C- RST\n${again}`).verdict).toBe('inconclusive');
  expect(judged('single-copy-no-dup', `${written}${quit}${again}`).verdict).toBe('fail');
});

it('trap 5: HELO on a new connection supports the fallback, though not at its best', () => {
  const refused = `S: 220 mx\nC: EHLO client.example\nS: 502 no\n${quit}`;
  const helo = `S: 220 mx\nC: HELO client.example\nS: 250 mx\n${mail}${quit}`;
  expect(judged('ehlo-fallback-same-connection', refused + later('1s', 2, helo)).verdict).toBe('warn');
});

it('trap 6: the 30 minutes are a SHOULD, and other tries are no immediate retries', () => {
  expect(judged('retry-interval-30min', deferredAfter('5min'), { window: 3_600_000 }).verdict).toBe('warn');
  const put = session({ rcpt: '451 later' });
  expect(blamed(put + later('1s', 2, session(), 'server 1'))).not.toContain('retry-not-immediate');
  const failed = `${greeted('STARTTLS')}C: STARTTLS\nS: 220 go\nTLS failed no shared cipher\nC- FIN\n`;
  expect(blamed(failed + later('1s', 2, session()))).not.toContain('retry-not-immediate');
});

it('trap 7: patience is measured from when a command is the oldest unanswered one, with 5 s to spare', () => {
  const wait = (time: string): string => `${greeted()}C: MAIL FROM:<sender@client.example>\n${time}C- FIN`;
  expect(judged('timeout-mail', wait('+296s\n')).verdict).toBe('pass');
  expect(judged('timeout-mail', wait('+200s\n')).verdict).toBe('warn');
  const grouped = `${greeted('PIPELINING')}C: MAIL FROM:<sender@client.example>\nC| RCPT TO:<user@example.com>\n+250s\nS: 250 ok\n`;
  expect(judged('timeout-rcpt', `${grouped}+200s\nC- FIN`).verdict).toBe('warn');
  expect(judged('timeout-rcpt', `${grouped}+300s\nC- FIN`).verdict).toBe('pass');
});

it('trap 8: a 552 means too many recipients only after a hundred of them', () => {
  const to = Array.from({ length: 101 }, (_, index) => `user${index}@example.com`);
  const offer = (count: number, last: string): string =>
    to
      .slice(0, count)
      .map((recipient, index) => `C: RCPT TO:<${recipient}>\nS: ${index === count - 1 ? last : '250 ok'}\n`)
      .join('');
  const rest = `C: DATA\nS: 354 go\nC: Message-ID: <1@client.example>\nC: \nC: .\nS: 250 ok\n${quit}`;
  const reported = [{ submission: 1, recipient: to[100] ?? '', outcome: 'bounced' as const, text: '' }];
  const few = `${greeted()}${mail}${offer(2, '552 no')}${rest}`;
  const many = `${greeted()}${mail}${offer(101, '552 no')}${rest}`;
  expect(judged('rcpt-552-as-452', few, { submissions: [{ to: to.slice(0, 2) }] }).verdict).toBe('not-applicable');
  expect(judged('rcpt-552-as-452', many, { submissions: [{ to }], outcomes: reported }).verdict).toBe('warn');
});

it('trap 9: what only our own violation brought about is nobody’s breach', () => {
  const mixed = `${greeted()}C: MAIL FROM:<sender@client.example>\nS: 550-no\nS: 250 ok\nC: RCPT TO:<user@example.com>\nS: 250 ok\n${quit}`;
  expect(judged('mail-rejected-stops', mixed).verdict).toBe('inconclusive');
  const limited = `${withRecipient()}C: RCPT TO:<two@example.com>\nS: 452 too many\nC: RSET\nS: 250 ok\n${quit}`;
  const submissions = [{ to: ['user@example.com', 'two@example.com'] }];
  expect(judged('rcpt-452-split', limited, { submissions }).verdict).toBe('inconclusive');
  const closed = 'S: 220 mx\nC: EHLO client.example\nS- FIN\nC- FIN\n';
  expect(blamed(closed + later('5min', 2, session()))).toEqual([]);
});

it('trap 10: mail data gone astray are one fault, however many of their lines are verbs', () => {
  const lines = ['Subject: x', '', 'QUIT', 'MAIL FROM:<smuggled@example.net>', ' indented', 'XYZZY', '.'];
  const dumped = lines.map((line) => `C: ${line}\nS: 500 ?\nS! next continue\n`).join('');
  const astray = `${withRecipient()}C: DATA\nS: 554 no\n${dumped}C: QUIT\nS: 221 bye`;
  expect(blamed(astray)).toEqual(['no-content-after-data-refused']);
});

it('trap 11: a strict reader still shows the bare LF, and is not smuggled by it', () => {
  const strict = 'S! note config-changed line-endings crlf\n';
  const hanging = `${strict}S: 220 mx\nC\\: EHLO client.example\\n\n+9s\nC- FIN`;
  expect(judged('command-crlf', hanging).verdict).toBe('fail');
  const dot = `${strict}${withRecipient()}C: DATA\nS: 354 go\nC\\: x\\n.\\nMAIL FROM:<smuggled@example.net>\\r\\n.\\r\\n\nS: 250 ok\n${quit}`;
  expect(judged('no-smuggling-sequences', dot).verdict).toBe('fail');
  expect(
    judgeTrial(trial(dot), { rfc: 5321 }).verdicts.find(({ obligation }) => obligation === 'command-order')?.verdict,
  ).not.toBe('fail');
});

it('trap 12: absence needs a window, and the reason names it', () => {
  const put = session({ rcpt: '451 later' });
  expect(judged('retry-after-4yz', put, { window: 90_000 }).reason).toContain('the window of 90 s');
  const refused = session({ rcpt: '550 no' });
  expect(judged('no-retry-after-5yz', refused).verdict).toBe('pass');
  const cutShort = judgeTrial({ ...trial(refused), end: 'interrupted' }, { rfc: 5321 }).verdicts;
  expect(cutShort.find(({ obligation }) => obligation === 'no-retry-after-5yz')?.verdict).toBe('inconclusive');
});

it('trap 13: BODY=8BITMIME on 7-bit mail is no breach, 8-bit mail without it is', () => {
  const send = (parameter: string, octets: string, offer = ['8BITMIME']): string =>
    `${greeted(...offer)}C: MAIL FROM:<sender@client.example>${parameter}\nS: 250 ok\nC: RCPT TO:<user@example.com>\nS: 250 ok
     C: DATA\nS: 354 go\nC: MIME-Version: 1.0\nC: \nC\\: ${octets}\\r\\n\nC: .\nS: 250 ok\n${quit}`;
  expect(judged('body-8bitmime-declared', send(' BODY=8BITMIME', 'plain')).verdict).toBe('pass');
  expect(judged('body-8bitmime-declared', send('', '\\xe9')).verdict).toBe('fail');
  expect(judged('no-8bit-without-8bitmime', send('', '\\xe9', [])).verdict).toBe('fail');
});

it('trap 14: a fixed relay has no other server to try, and a name proves nothing without DNS', () => {
  const busy = 'S: 421 busy\nC: QUIT\nC- FIN\n';
  expect(judged('mx-fallback', busy).verdict).toBe('not-applicable');
  expect(judged('ehlo-arg-fqdn', `# connection 1 from 192.0.2.7:1\n${greeted()}${quit}`).verdict).not.toBe('fail');
});

it('trap 15: personal copies cannot share a transaction', () => {
  const to = ['one@example.com', 'two@example.com'];
  const copy = (recipient: string, words: string): string =>
    `${mail}C: RCPT TO:<${recipient}>\nS: 250 ok\nC: DATA\nS: 354 go\nC: Message-ID: <1@client.example>\nC: \nC: ${words}\nC: .\nS: 250 ok\n`;
  const copies = (one: string, two: string): string =>
    `${greeted()}${copy('one@example.com', one)}${copy('two@example.com', two)}${quit}`;
  const submissions = [{ to }];
  expect(judged('rcpt-one-transaction', copies('Dear one', 'Dear two'), { submissions }).verdict).toBe('inconclusive');
  expect(judged('rcpt-one-transaction', copies('Dear all', 'Dear all'), { submissions }).verdict).toBe('warn');
});

it('trap 16: a client that was offered to talk early may do so next time', () => {
  const early = 'C: EHLO client.example\n+6s\nS: 220 mx\nS: 250 mx\nC: QUIT\nS: 221 bye\n';
  const offering = `S: 220 mx\nC: EHLO client.example\nS: 250-mx\nS: 250 PIPECONNECT\n${quit}`;
  expect(judged('wait-for-greeting', early).verdict).toBe('warn');
  expect(['fail', 'warn']).not.toContain(judged('wait-for-greeting', offering + later('1min', 2, early)).verdict);
});

it('trap 17: inside TLS one record may carry many commands, and what counts is their order in clear', () => {
  const id = 'no-pipelining-unless-advertised';
  const inside = (list: string): string =>
    `${greeted('STARTTLS')}C: STARTTLS\nS: 220 go\nTLS secured\nC: EHLO client.example\n${list}C: MAIL FROM:<sender@client.example>\nC| RCPT TO:<user@example.com>\nS: 250 ok\nS: 250 ok\n${quit}`;
  expect(judged(id, inside('S: 250 mx\n')).verdict).toBe('fail');
  expect(judged(id, inside('S: 250-mx\nS: 250 PIPELINING\n')).verdict).not.toBe('fail');
});

it('trap 18: a reply that dribbles may meet a timer of the client’s that is right', () => {
  const dribbled = `${greeted()}C: MAIL FROM:<sender@client.example>\nS> 25\n+100s\nC- FIN\nS> 0 OK\\r\\n`;
  expect(['fail', 'warn']).not.toContain(judged('timeout-mail', dribbled).verdict);
});

it('trap 19: a retry from another address is a retry', () => {
  const put = session({ rcpt: '450 greylisted' });
  const from = 'from 192.0.2.8:1';
  expect(judged('retry-after-4yz', put + later('10min', 2, session(), from)).verdict).toBe('pass');
  expect(judged('retry-not-immediate', put + later('10min', 2, session(), from)).verdict).toBe('pass');
});

it('trap 20: scaled time scales the thresholds, and is marked on every verdict', () => {
  const { verdicts } = judgement(deferredAfter('6s'), { timeScale: 0.1 });
  expect(verdicts.every(({ scaled }) => scaled === true)).toBe(true);
  expect(verdicts.find(({ obligation }) => obligation === 'retry-not-immediate')?.verdict).toBe('pass');
  expect(judged('retry-not-immediate', deferredAfter('6s')).verdict).toBe('fail');
});
