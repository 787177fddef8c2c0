// The logs of Postfix and Exim, read from literal lines.

import { readEximLog } from '../../src/clients/exim-log';
import { readPostfixLog } from '../../src/clients/postfix-log';

const POSTFIX = `\
Nov 22 02:26:57 client postfix/master[8552]: daemon started -- version 3.7.11, configuration /tmp/px/etc
Nov 22 02:26:57 client postfix/pickup[8553]: 4jXC1: uid=0 from=<f@client.example>
Nov 22 02:26:57 client postfix/cleanup[8560]: 4jXC1: message-id=<1@client.example>
Nov 22 02:26:57 client postfix/qmgr[8554]: 4jXC1: from=<f@client.example>, size=266, nrcpt=3 (queue active)
Nov  2 02:26:57 client postfix/smtp[8562]: 4jXC1: to=<a@b.example>, relay=127.0.0.1[127.0.0.1]:25, delay=0.1, delays=0/0/0/0, dsn=2.0.0, status=sent (250 OK (queued))
Nov  2 02:26:57 client postfix/smtp[8562]: 4jXC1: to=<b@b.example>, relay=none, delay=0.1, delays=0/0/0/0, dsn=4.0.0, status=deferred (host x said: 451 later)
Nov  2 02:26:57 client postfix/smtp[8562]: 4jXC1: to=<c@b.example>, orig_to=<c>, relay=none, delay=0.1, delays=0/0/0/0, dsn=5.0.0, status=bounced (host x said: 550 no)
Nov  2 02:26:58 client postfix/cleanup[8560]: 4jXC2: message-id=<2@client.example>
Nov  2 02:26:58 client postfix/bounce[8563]: 4jXC1: sender non-delivery notification: 4jXC2
`;

describe('Postfix', () => {
  test('a message and its bounce are queued, and only the message was submitted', () => {
    const log = readPostfixLog(POSTFIX);
    expect(log.submitted).toEqual(['4jXC1']);
    expect([...log.queued]).toEqual(['4jXC1', '4jXC2']);
  });

  test('each recipient has its outcome and the words of the server', () => {
    expect(Object.fromEntries(readPostfixLog(POSTFIX).said.get('4jXC1') ?? [])).toEqual({
      'a@b.example': { outcome: 'accepted', text: '250 OK (queued)' },
      'b@b.example': { outcome: 'deferred', text: 'host x said: 451 later' },
      'c@b.example': { outcome: 'bounced', text: 'host x said: 550 no' },
    });
  });

  test('the last word counts, and what is removed is not queued', () => {
    const log = readPostfixLog(`${POSTFIX}\
Nov  2 02:27:57 client postfix/smtp[8562]: 4jXC1: to=<b@b.example>, relay=127.0.0.1[127.0.0.1]:25, delay=60, delays=0/0/0/0, dsn=2.0.0, status=sent (250 OK)
Nov  2 02:27:57 client postfix/qmgr[8554]: 4jXC1: removed
`);
    expect([...log.queued]).toEqual(['4jXC2']);
    expect(log.said.get('4jXC1')?.get('b@b.example')).toEqual({ outcome: 'accepted', text: '250 OK' });
  });

  test('a line that is still being written is not read', () => {
    expect([...readPostfixLog(`${POSTFIX}Nov  2 02:27:57 client postfix/qmgr[8554]: 4jXC1: removed`).queued]).toContain(
      '4jXC1',
    );
  });
});

const EXIM = `\
2026-11-22 02:27:54 1xUxJ4-0002GN-2b <= f@client.example U=root P=local S=261 id=1@client.example
2026-11-22 02:27:54 exim user lost privilege for using -C option
2026-11-22 02:27:54 1xUxJ4-0002GN-2b H=127.0.0.1 [127.0.0.1] Connection refused
2026-11-22 02:27:54 1xUxJ4-0002GN-2b => a@b.example R=server T=server H=127.0.0.1 [127.0.0.1] C="250 OK: message queued"
2026-11-22 02:27:54 1xUxJ4-0002GN-2b -> b@b.example R=server T=server H=127.0.0.1 [127.0.0.1] C="250 OK: message queued"
2026-11-22 02:27:54 1xUxJ4-0002GN-2b ** c@b.example R=server T=server H=127.0.0.1 [127.0.0.1]: SMTP error from remote mail server after RCPT TO:<c@b.example>: 550 no such user
2026-11-22 02:27:54 1xUxJ4-0002GN-2b == d@b.example R=server T=server defer (-44) H=127.0.0.1 [127.0.0.1]: SMTP error from remote mail server after RCPT TO:<d@b.example>: 451 later
2026-11-22 02:27:54 1xUxJ4-0002GQ-34 <= <> R=1xUxJ4-0002GN-2b U=Debian-exim P=local S=1639
2026-11-22 02:27:55 1xUxJ4-0002GQ-34 => f@client.example R=server T=server H=127.0.0.1 [127.0.0.1] C="250 OK"
2026-11-22 02:27:55 1xUxJ4-0002GQ-34 Completed
`;

describe('Exim', () => {
  test('a bounce was not submitted', () => {
    expect(readEximLog(EXIM).submitted).toEqual(['1xUxJ4-0002GN-2b']);
  });

  test('each recipient has its outcome and the words of the server', () => {
    expect(Object.fromEntries(readEximLog(EXIM).said.get('1xUxJ4-0002GN-2b') ?? [])).toEqual({
      'a@b.example': { outcome: 'accepted', text: '250 OK: message queued' },
      'b@b.example': { outcome: 'accepted', text: '250 OK: message queued' },
      'c@b.example': {
        outcome: 'bounced',
        text: 'SMTP error from remote mail server after RCPT TO:<c@b.example>: 550 no such user',
      },
      'd@b.example': {
        outcome: 'deferred',
        text: 'SMTP error from remote mail server after RCPT TO:<d@b.example>: 451 later',
      },
    });
  });

  test('putting off without an attempt does not take the words of the server away', () => {
    const log = readEximLog(`${EXIM}\
2026-11-22 02:27:57 1xUxJ4-0002GN-2b == d@b.example routing defer (-52): retry time not reached
2026-11-22 02:27:58 1xUxJ4-0002GN-2b == d@b.example R=server T=server defer (-54): retry time not reached for any host for 'b.example'
`);
    expect(log.said.get('1xUxJ4-0002GN-2b')?.get('d@b.example')?.text).toMatch(/451 later$/);
  });

  test('a connection that cannot be made is the reason for putting off', () => {
    const log = readEximLog(
      '2026-11-22 02:27:58 1xUxJ4-0002GN-2b == d@b.example R=server T=server defer (111): Connection refused\n',
    );
    expect(log.said.get('1xUxJ4-0002GN-2b')?.get('d@b.example')).toEqual({
      outcome: 'deferred',
      text: 'Connection refused',
    });
  });

  test('ids of newer releases are longer', () => {
    const log = readEximLog('2026-11-22 02:27:54 1xUxJ4-00000002GNa-2bcd <= <> U=root P=local S=261\n');
    expect(log.submitted).toEqual(['1xUxJ4-00000002GNa-2bcd']);
  });
});
