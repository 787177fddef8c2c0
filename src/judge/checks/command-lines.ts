// The form of command lines: CRLF at the end, the verb at the beginning, one blank behind it (RFC 5321 2.3.8, 4.1.1).
// What the verbs mean is elsewhere; line ends inside mail data are no-bare-lf-cr's.

import { broken, pass, perDialogue, place, referTo, warned, type Check, type Shown } from '../check';
import type { Dialogue, Exchange } from '../dialogue';
import { quote } from '../quote';

/** A command of ours in octets that were never taken, with LF alone behind it. */
const LF_ONLY = /^[ \t]*(?:EHLO|HELO|MAIL|RCPT|DATA|RSET|NOOP|QUIT|STARTTLS|AUTH|VRFY|EXPN)\b[^\r\n]*\n/i;

interface Fault {
  readonly what: string;
  readonly shown: Shown;
}

const commandCrlf = perDialogue(
  'command-crlf',
  (dialogue) => {
    const lines = dialogue.exchanges.filter(({ command, spew }) => command !== null && spew === null);
    const forbidden = [...eachOf(lines, forbiddenIn), ...neverTaken(dialogue)];
    if (forbidden.length > 0) return tell(forbidden, broken);
    const junk = lines.find((line) => line.verb === 'unknown' && hasDeviation(line, 'control-character'));
    if (junk !== undefined) return referTo('no-invented-verbs', broken('a line of control characters came', junk));
    const untidy = eachOf(lines, untidinessOf);
    if (untidy.length > 0) return tell(untidy, warned);
    const [first] = lines;
    return first === undefined ? null : pass(`all ${lines.length} command lines ended with CRLF`, first);
  },
  // Nothing that we do makes a client end its lines otherwise.
  { despite: 'all' },
);

function eachOf(lines: readonly Exchange[], faultOf: (line: Exchange) => Fault | null): readonly Fault[] {
  const faults: Fault[] = [];
  for (const line of lines) {
    const fault = faultOf(line);
    if (fault !== null) faults.push(fault);
  }
  return faults;
}

function tell(faults: readonly Fault[], judge: typeof broken): ReturnType<typeof broken> {
  const [first] = faults;
  const more = faults.length === 1 ? '' : `, and ${faults.length - 1} more lines like it`;
  return judge(`${first?.what ?? 'a line was malformed'}${more}`, ...faults.slice(0, 3).map(({ shown }) => shown));
}

function forbiddenIn(line: Exchange): Fault | null {
  const terminator = line.command?.terminator;
  if (terminator === 'LF' || terminator === 'CR') {
    return { what: `${nameOf(line)} ended with ${terminator} alone`, shown: line };
  }
  if (/[\r\n]/.test(line.line)) return { what: `${nameOf(line)} had a bare CR or LF inside`, shown: line };
  if (hasDeviation(line, 'leading-blank')) return { what: `a blank stood before ${nameOf(line)}`, shown: line };
  return null;
}

function nameOf({ parsed, verb }: Exchange): string {
  return parsed.verb === '' || verb === 'auth-response' ? 'a line' : quote(parsed.verb);
}

function untidinessOf(line: Exchange): Fault | null {
  if (line.verb === 'auth-response' || line.verb === 'unknown' || line.parsed.deviations.length === 0) return null;
  const name = quote(line.parsed.verb);
  if (hasDeviation(line, 'trailing-blank')) return { what: `a blank stood at the end of ${name}`, shown: line };
  if (hasDeviation(line, 'tab')) return { what: `a tab stood in ${name}`, shown: line };
  if (hasDeviation(line, 'extra-blank')) return { what: `more than one blank stood behind ${name}`, shown: line };
  return null;
}

function hasDeviation({ parsed }: Exchange, what: string): boolean {
  return parsed.deviations.some((deviation) => deviation.what === what);
}

/** A strict reader waits for the CRLF that never comes. */
function neverTaken(dialogue: Dialogue): readonly Fault[] {
  return dialogue.untaken.flatMap((read) => {
    const text = read.octets.toString('latin1');
    if (!LF_ONLY.test(text)) return [];
    const [line = ''] = text.split('\n', 1);
    return [{ what: `"${quote(line)}" ended with LF alone`, shown: place(dialogue, read, `C: ${line}`) }];
  });
}

export const commandLineChecks: readonly Check[] = [commandCrlf];
