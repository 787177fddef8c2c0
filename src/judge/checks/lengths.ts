// How long things may be: local-parts, domains, paths and command lines (RFC 5321 4.5.3.1.1 to 4.5.3.1.4), each extension
// adding its own octets to the line, and lines of text (4.5.3.1.6). A client may go beyond, and should not.

import type { Parameter } from '../../smtp/parameter';
import { parseMail, parseRcpt } from '../../smtp/command';
import { broken, pass, perDialogue, perTransaction, referTo, type Check } from '../check';
import type { Dialogue, Exchange } from '../dialogue';
import type { Finding } from '../verdict';

// --- path-and-command-length -------------------------------------------------------------------------------------

const LONGEST_LOCAL_PART = 64;
const LONGEST_DOMAIN = 255;
const LONGEST_PATH = 256;
const LONGEST_LINE_OCTETS = 512;

/**
 * What a parameter adds to the line. AUTH: RFC 4954 3; BODY: RFC 6152 2, RFC 3030 3; SIZE: RFC 1870 3; SMTPUTF8: RFC 6531
 * 3.1; REQUIRETLS: RFC 8689 2. Of DSN, the longest values that RFC 3461 allows.
 */
const ADDED_OCTETS: Readonly<Record<string, number>> = {
  AUTH: 500,
  BODY: 17,
  SIZE: 26,
  SMTPUTF8: 10,
  REQUIRETLS: 11,
  RET: 9,
  ENVID: 107,
  NOTIFY: 29,
  ORCPT: 507,
};

/** The same line again so often after 500 or 501 is no second try. */
const MOST_REPEATS = 3;

const pathAndCommandLength = perDialogue(
  'path-and-command-length',
  (dialogue) => {
    // AUTH lines may be much longer (RFC 4954 4).
    const lines = dialogue.commands.filter(({ verb }) => verb !== 'AUTH');
    const findings = [...lines.flatMap(judgeLength), ...repeatsOf(dialogue)];
    const first = lines.find(({ verb }) => verb === 'MAIL' || verb === 'RCPT');
    if (findings.length > 0 || first === undefined) return findings;
    const longest = lines.reduce((most, { command }) => Math.max(most, command?.length ?? 0), 0);
    return pass(`its longest command line has ${longest} octets`, first);
  },
  { despite: 'all' },
);

function judgeLength(command: Exchange): readonly Finding[] {
  const { verb, parsed } = command;
  const argument = verb === 'MAIL' ? parseMail(parsed.argument) : verb === 'RCPT' ? parseRcpt(parsed.argument) : null;
  const length = command.command?.length ?? 0;
  const limit = (argument?.parameters ?? []).reduce((sum, parameter) => sum + addedBy(parameter), LONGEST_LINE_OCTETS);
  const findings: Finding[] = [];
  const check = (what: string, octets: number, most: number): void => {
    if (octets > most) findings.push(broken(`${what} of ${verb} has ${octets} octets, more than ${most}`, command));
  };
  check('the line', length, limit);
  if (argument === null) return findings;
  const { address, domain, raw } = argument.path;
  check('the local-part', domain === '' ? address.length : address.length - domain.length - 1, LONGEST_LOCAL_PART);
  check('the domain', domain.length, LONGEST_DOMAIN);
  check('the path', raw.length, LONGEST_PATH);
  return findings;
}

/** Nobody wrote down what others add: as much as they take. */
function addedBy({ keyword, raw }: Parameter): number {
  return ADDED_OCTETS[keyword] ?? raw.length + 1;
}

function repeatsOf(dialogue: Dialogue): readonly Finding[] {
  const refused = new Map<string, number>();
  return dialogue.commands.flatMap((command) => {
    const code = command.reply?.code;
    if (code !== 500 && code !== 501) return [];
    const times = (refused.get(command.line) ?? 0) + 1;
    refused.set(command.line, times);
    if (times !== MOST_REPEATS + 1) return [];
    const found = broken(`the same line came ${times} times although it had got ${code}`, command);
    return [referTo('no-retry-after-5yz', found)];
  });
}

// --- line-length-998 ---------------------------------------------------------------------------------------------

/** RFC 5321 4.5.3.1.6: 1000 with CRLF, a stuffing dot not counted. */
const LONGEST_TEXT_LINE = 998;

const lineLength998 = perTransaction(
  'line-length-998',
  ({ message, dot, argument }) => {
    if (message === null || dot === null) return null;
    // RFC 3030 3: binary content has no lines.
    if (argument.parameters.some(({ raw }) => /^BODY=BINARYMIME$/i.test(raw))) return null;
    const { longestLine, lines } = message.facts;
    if (longestLine > LONGEST_TEXT_LINE) {
      return broken(`a line of mail data has ${longestLine} octets, more than ${LONGEST_TEXT_LINE}`, dot);
    }
    return message.complete ? pass(`the longest of ${lines} lines of mail data has ${longestLine} octets`, dot) : null;
  },
  { despite: 'all' },
);

export const lengthChecks: readonly Check[] = [pathAndCommandLength, lineLength998];
