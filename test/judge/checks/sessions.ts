// Whole sessions as trace text, for checks that need several of them: each offers the message of the tests once.

import { greeted } from '../support';

export interface Replies {
  readonly mail?: string;
  readonly rcpt?: string;
  readonly data?: string;
  readonly dot?: string;
}

/** A session that offers the message, with these replies; what is refused ends it with QUIT. */
export function session({
  mail = '250 ok',
  rcpt = '250 ok',
  data = '354 go',
  dot = '250 queued',
}: Replies = {}): string {
  const lines = ['C: MAIL FROM:<sender@client.example>', `S: ${mail}`];
  if (mail.startsWith('2')) lines.push('C: RCPT TO:<user@example.com>', `S: ${rcpt}`);
  if (mail.startsWith('2') && rcpt.startsWith('2')) {
    lines.push('C: DATA', `S: ${data}`);
    if (data.startsWith('3')) lines.push('C: Message-ID: <1@client.example>', 'C: ', 'C: .', `S: ${dot}`);
  }
  return `${greeted()}${lines.join('\n')}\nC: QUIT\nS: 221 bye\n`;
}

/** A session that brings the sender a null-sender message about it. */
export function bounceSession(words = 'Action: failed'): string {
  return `${greeted()}C: MAIL FROM:<>\nS: 250 ok\nC: RCPT TO:<sender@client.example>\nS: 250 ok\nC: DATA\nS: 354 go
    C: Message-ID: <b@client.example>\nC: \nC: ${words}\nC: Message-ID: <1@client.example>\nC: .\nS: 250 ok\nC: QUIT\nS: 221 bye\n`;
}

/** Another connection, some time later; `where` goes into its header: `from 192.0.2.7:1 to 127.0.0.1:25 server 1`. */
export function later(time: string, connection: number, text: string, where = ''): string {
  return `+${time}\n# connection ${connection}${where === '' ? '' : ` ${where}`}\n${text}`;
}

/** Attempts that are all put off, with these times between them. */
export function deferredAfter(...times: readonly string[]): string {
  const put = session({ rcpt: '451 later' });
  return put + times.map((time, index) => later(time, index + 2, put)).join('');
}
