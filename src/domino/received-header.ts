// The Received header field that Domino puts before a message (RFC 5321 4.4), blank before the semicolon and all. Used where
// accepted messages are saved, if that is asked for: it is the only place where SMTPNoVersionInRcvdHdr shows.

import type { CommandEvent } from '../wire/trace-event';
import type { DateParts } from './log-date';

export interface ReceivedFacts {
  /** The last EHLO or HELO; null: the client said none. */
  readonly hello: CommandEvent | null;
  readonly peer: string;
  readonly host: string;
  /** `Lotus Domino`, `6.5`. */
  readonly product: string;
  readonly release: string;
  readonly withVersion: boolean;
  /** In UTC, as `mailDate` is. */
  readonly date: DateParts;
  readonly mailDate: string;
  /** Behind the date in the id. */
  readonly number: number;
}

const two = (value: number): string => String(value).padStart(2, '0');

/**
 * One field with its line ends. Its words and blanks were seen in headers of 5.0.12 and 8.5.3; how they are spread over lines
 * was not, and is chosen here.
 */
export function receivedHeader(facts: ReceivedFacts): string {
  const { hello, peer, host, product, release, withVersion, mailDate } = facts;
  const { year, month, day, hour, minute, second, hundredth = 0 } = facts.date;
  const name = hello?.line.split(/\s+/)[1] ?? '';
  const by = withVersion ? `${host} (${product} Release ${release})` : host;
  const protocol = hello?.event === 'EHLO' ? 'ESMTP' : 'SMTP';
  const moment = `${year}${[month, day, hour, minute, second, hundredth].map(two).join('')}`;
  // Release 5 has a colon where later ones have a hyphen.
  const id = `${moment}${release.startsWith('5.') ? ':' : '-'}${facts.number}`;
  return [
    `Received: from ${printable(name)} ([${peer}])`,
    `          by ${by}`,
    `          with ${protocol} id ${id} ;`,
    `          ${mailDate} `,
    '',
  ].join('\r\n');
}

/** What a client says may be anything; in a header it must not end the line. */
function printable(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '?').slice(0, 255);
}
