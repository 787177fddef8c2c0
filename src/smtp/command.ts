// One command line, read as leniently as any server of the field would, with every liberty the client took noted.
// Used by the session on its hot path and by the judge: `parseCommand` finds the verb and looks at the octets only;
// arguments are read by the `parse…` function of their verb, when somebody asks. Nothing here throws or answers.

import type { Deviation } from './deviation';
import { parseParameters } from './parameter';
import type { Parameter } from './parameter';
import { isAddressLiteral, isDomain, parsePath } from './path';
import type { ParsedPath, PathDirection } from './path';
import { VERB_EVENTS } from './vocabulary';
import type { VerbEvent } from './vocabulary';

export type { Deviation, DeviationWord } from './deviation';

export interface Command {
  readonly event: VerbEvent | 'unknown';
  /** The first word in upper case; '' when the line has none. */
  readonly verb: string;
  /** All behind the verb and ONE blank (or tab), octets kept. */
  readonly argument: string;
  /** As given. */
  readonly line: string;
  /** Of the line as a whole; those of a path or parameter come with `parseMail`, `parseRcpt`, `parseHello`. */
  readonly deviations: readonly Deviation[];
}

export interface PathCommand {
  readonly path: ParsedPath;
  readonly parameters: readonly Parameter[];
  /** All of them: before the path, in it (`path.deviations` again) and in the parameters. */
  readonly deviations: readonly Deviation[];
}

export interface HelloCommand {
  /** The first word of the argument, as written; '' when there is none. */
  readonly domain: string;
  readonly deviations: readonly Deviation[];
}

export interface BdatCommand {
  readonly octets: number;
  readonly last: boolean;
}

export interface AuthCommand {
  /** Upper case; '' when none was named. */
  readonly mechanism: string;
  /** The initial response as written, `=` (an empty one, RFC 4954 4) included; null when there is none. */
  readonly initial: string | null;
}

// RFC 5321 4.1.1, RFC 3030 2, RFC 3207 4, RFC 4954 4, RFC 1985 5.
const ARGUMENT: { readonly [V in VerbEvent]: 'none' | 'optional' | 'required' } = {
  EHLO: 'required',
  HELO: 'required',
  MAIL: 'required',
  RCPT: 'required',
  DATA: 'none',
  BDAT: 'required',
  RSET: 'none',
  NOOP: 'optional',
  QUIT: 'none',
  VRFY: 'required',
  EXPN: 'required',
  HELP: 'optional',
  ETRN: 'required',
  STARTTLS: 'none',
  AUTH: 'required',
};

const EVENTS: ReadonlyMap<string, VerbEvent> = new Map(VERB_EVENTS.map((verb) => [verb, verb]));
const NO_DEVIATIONS: readonly Deviation[] = [];
const PRINTABLE = /^[\x20-\x7e]*$/;
const BLANK = 0x20;

/**
 * Takes a line apart into verb and argument.
 * @param line latin1, without its terminator
 */
export function parseCommand(line: string): Command {
  // The way of nearly every line: four upper-case letters, one blank, nothing odd. All else goes the long way.
  if (line.length === 4 || line.charCodeAt(4) === BLANK) {
    const verb = line.slice(0, 4);
    const event = EVENTS.get(verb);
    if (event !== undefined && PRINTABLE.test(line)) {
      const bare = line.length === 4;
      const neat = bare || (line.charCodeAt(5) !== BLANK && line.charCodeAt(line.length - 1) !== BLANK);
      const fits = ARGUMENT[event] === 'optional' || bare === (ARGUMENT[event] === 'none');
      if (neat && fits) return { event, verb, argument: line.slice(5), line, deviations: NO_DEVIATIONS };
    }
  }
  return parseOddLine(line);
}

function parseOddLine(line: string): Command {
  const start = line.search(/[^ \t]/);
  if (start === -1) return { event: 'unknown', verb: '', argument: '', line, deviations: lineDeviations(line) };

  const word = /^[^ \t]*/.exec(line.slice(start))?.[0] ?? '';
  const glued = /^(?:MAIL(?=FROM:)|RCPT(?=TO:))/i.exec(word);
  const written = glued?.[0] ?? word;
  const end = start + written.length;
  const verb = upperCase(written);
  const event = EVENTS.get(verb) ?? 'unknown';
  const argument = line.slice(glued === null ? end + 1 : end);

  const deviations = lineDeviations(line);
  if (glued !== null) deviations.push({ what: 'missing-blank', detail: `behind ${verb}` });
  if (event !== 'unknown') {
    if (written !== verb) deviations.push({ what: 'lower-case', detail: written });
    deviations.push(...argumentDeviations(event, argument));
  }
  return { event, verb, argument, line, deviations };
}

function lineDeviations(line: string): Deviation[] {
  const found: Deviation[] = [];
  const note = (what: Deviation['what'], pattern: RegExp): void => {
    const at = line.search(pattern);
    if (at !== -1) found.push({ what, detail: `octet ${hexadecimal(line.charCodeAt(at))} at ${at}` });
  };
  note('leading-blank', /^[ \t]/);
  // The look-behind keeps the search linear on a line of a thousand blanks.
  note('trailing-blank', /(?<=[^ \t])[ \t]+$/);
  note('tab', /\t/);
  note('eight-bit', /[^\x00-\x7f]/);
  note('control-character', /[\x00-\x08\x0a-\x1f\x7f]/);
  return found;
}

function argumentDeviations(event: VerbEvent, argument: string): Deviation[] {
  const empty = /^[ \t]*$/.test(argument);
  if (empty) return ARGUMENT[event] === 'required' ? [{ what: 'empty-argument', detail: event }] : [];
  if (ARGUMENT[event] === 'none') return [{ what: 'unexpected-argument', detail: argument }];
  return /^[ \t]/.test(argument) ? [{ what: 'extra-blank', detail: `behind ${event}` }] : [];
}

// --- arguments ---------------------------------------------------------------------------------------------------

/** Reads the argument of MAIL: `FROM:<reverse-path> parameters` (RFC 5321 4.1.1.2). */
export function parseMail(argument: string): PathCommand {
  return parsePathCommand(argument, 'reverse');
}

/** Reads the argument of RCPT: `TO:<forward-path> parameters` (RFC 5321 4.1.1.3). */
export function parseRcpt(argument: string): PathCommand {
  return parsePathCommand(argument, 'forward');
}

function parsePathCommand(argument: string, direction: PathDirection): PathCommand {
  const lead = cutLead(argument, direction);
  const { path, rest } = parsePath(lead.rest, direction);
  const { parameters, deviations } = parseParameters(rest);
  if (lead.deviations.length + path.deviations.length + deviations.length === 0) {
    return { path, parameters, deviations: NO_DEVIATIONS };
  }
  return { path, parameters, deviations: [...lead.deviations, ...path.deviations, ...deviations] };
}

const LEAD = {
  reverse: { usual: 'FROM:', pattern: /^[ \t]*FROM([ \t]*)(:?)([ \t]*)/i, missing: 'missing-from' },
  forward: { usual: 'TO:', pattern: /^[ \t]*TO([ \t]*)(:?)([ \t]*)/i, missing: 'missing-to' },
} as const;

/** Takes off `FROM:` or `TO:`; blanks on either side of the colon are not permitted (RFC 5321 3.3), only usual. */
function cutLead(argument: string, direction: PathDirection): { rest: string; deviations: readonly Deviation[] } {
  const { usual, pattern, missing } = LEAD[direction];
  if (argument.startsWith(usual) && argument.charAt(usual.length) === '<') {
    return { rest: argument.slice(usual.length), deviations: NO_DEVIATIONS };
  }
  const found = pattern.exec(argument);
  const [lead = '', before = '', colon = '', behind = ''] = found ?? [];
  const rest = argument.slice(lead.length);
  // In `MAIL fromage@example.org` the four letters are the address.
  if (found === null || (colon === '' && before === '' && !/^(?:<|$)/.test(rest))) {
    const detail = /^[ \t]*[^ \t]*/.exec(argument)?.[0].replace(/^[ \t]+/, '') ?? '';
    return { rest: argument.replace(/^[ \t]*:?[ \t]*/, ''), deviations: [{ what: missing, detail }] };
  }
  if (colon === '') return { rest, deviations: [{ what: 'missing-colon', detail: lead }] };
  if (before !== '' || behind !== '') return { rest, deviations: [{ what: 'space-around-colon', detail: lead }] };
  return { rest, deviations: NO_DEVIATIONS };
}

/** Reads the argument of EHLO or HELO: one Domain or address literal (RFC 5321 4.1.1.1). */
export function parseHello(argument: string): HelloCommand {
  const [domain = '', ...others] = wordsOf(argument);
  const deviations: Deviation[] = [];
  if (domain === '') deviations.push({ what: 'missing-domain', detail: 'no name given' });
  else if (!isDomain(domain) && !isAddressLiteral(domain)) {
    deviations.push({ what: 'malformed-domain', detail: domain });
  }
  if (others.length > 0) deviations.push({ what: 'unexpected-argument', detail: others.join(' ') });
  return { domain, deviations };
}

/**
 * Reads the argument of BDAT: `size` or `size LAST` (RFC 3030 2).
 * @returns null when that is not what it says, or when the size is beyond 2^53: no octets can then be counted
 */
export function parseBdat(argument: string): BdatCommand | null {
  const [size = '', last, ...others] = wordsOf(argument);
  if (!/^\d+$/.test(size) || others.length > 0) return null;
  if (last !== undefined && last.toUpperCase() !== 'LAST') return null;
  const octets = Number(size);
  return Number.isSafeInteger(octets) ? { octets, last: last !== undefined } : null;
}

/** Reads the argument of AUTH: `mechanism [initial-response]` (RFC 4954 4). Further words stay in the response. */
export function parseAuth(argument: string): AuthCommand {
  const [mechanism = '', ...response] = wordsOf(argument);
  return { mechanism: upperCase(mechanism), initial: response.length === 0 ? null : response.join(' ') };
}

function wordsOf(argument: string): string[] {
  return argument.split(/[ \t]+/).filter((word) => word !== '');
}

/** ASCII letters only: `toUpperCase()` turns the octets B5, DF and FF into what is no longer latin1. */
function upperCase(text: string): string {
  return PRINTABLE.test(text) ? text.toUpperCase() : text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

function hexadecimal(octet: number): string {
  return `0x${octet.toString(16).toUpperCase().padStart(2, '0')}`;
}
