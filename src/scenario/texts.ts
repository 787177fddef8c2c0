// The values that texts can name (DESIGN §5), for the event being answered. Asked only for texts that name something.

import { recipientsOf, senderOf } from './matching';
import { announced, sizeLimitOf } from './offered';
import type { Subject } from './session';
import type { Turn } from './turn';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** @returns the value of each name of a text; '' for a name that means nothing at this event */
export function valuesFor(turn: Turn, subject: Subject): (name: string) => string {
  const { session, compiled } = turn;
  return (name) => {
    switch (name) {
      case 'hostname':
        return session.hostname ?? compiled.server.hostname;
      case 'line':
        return subject.line;
      case 'verb':
        return subject.verb;
      case 'argument':
        return subject.argument;
      case 'helo':
        return helloName(turn, subject);
      case 'peer':
        return session.peer.address;
      case 'sender':
        return senderOf({ session, subject }) ?? '';
      case 'recipient':
        return recipientsOf({ session, subject })[0] ?? '';
      case 'date':
        return mailDate(turn.moment.wallClock);
      case 'release':
        return compiled.persona.release;
      case 'limit':
        return subject.values['limit'] ?? String(sizeLimitOf(compiled, session) ?? '');
      case 'site':
        return subject.values['site'] ?? session.listing?.site ?? '';
      case 'count':
        return subject.values['count'] ?? String(subject.chunk?.octets ?? session.errors);
      case 'optional':
        return optionalCommands(turn);
      default:
        return session.captures[name] ?? '';
    }
  };
}

function helloName({ session }: Turn, subject: Subject): string {
  const greets = subject.event === 'EHLO' || subject.event === 'HELO';
  return greets ? subject.argument.trim() : session.transaction.heloName;
}

/**
 * `Thu, 5 Apr 2018 22:03:28 +0000`: RFC 5322 3.3, the day not padded, as Domino's banners have it. Always in UTC, so that
 * a record reads the same everywhere.
 * @param wallClock ms since 1970
 */
export function mailDate(wallClock: number): string {
  const second = Math.floor(wallClock / 1000);
  if (second !== latest.second) latest = { second, text: dateText(new Date(second * 1000)) };
  return latest.text;
}

/** Many connections are greeted within a second. */
let latest = { second: NaN, text: '' };

function dateText(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const day = `${DAYS[date.getUTCDay()]}, ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
  return `${day} ${date.getUTCFullYear()} ${time} +0000`;
}

/** Domino's third HELP line: each optional command that is on, a blank behind each. */
function optionalCommands(turn: Turn): string {
  const { commands } = turn.compiled.server.policies;
  const starttls = announced(turn.compiled, turn.session).keywords.some(({ keyword }) => keyword === 'STARTTLS');
  const names = [
    commands.HELP && 'HELP',
    commands.VRFY && 'VRFY',
    commands.EXPN && 'EXPN',
    commands.ETRN && 'ETRN',
    starttls && 'STARTTLS',
  ];
  return names.flatMap((name) => (name === false ? [] : [`${name} `])).join('');
}
