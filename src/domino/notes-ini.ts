// The listener's notes.ini variables: what each means, since when, how well that is known, and what it changes here.
// `applyNotesIni` turns typed values into a plain change that the mock server applies; nothing is applied in this file.
// Variables that need a directory of people, or a mail router behind the listener, are known but change nothing.

import type { Confidence } from '../scenario/persona';

/** What the mock server is asked to change. Absent = stays as it is; null = no limit, or back to the persona's own. */
export interface PolicyChange {
  readonly errorLimit?: number | null;
  /** Text behind `220 `; `%s` stands for the date. */
  readonly greeting?: string | null;
  readonly idleTimeoutMs?: number;
  readonly maxRecipients?: number | null;
  readonly lineEndings?: 'crlf' | 'cr-or-lf';
  readonly expandDnsblStats?: boolean;
  readonly expandDnswlStats?: boolean;
  readonly debugIo?: 0 | 1 | 2 | 3 | 4;
  readonly versionInReceived?: boolean;
  readonly denyAmbiguous?: boolean;
  readonly denyGroups?: boolean;
  readonly port?: number;
}

export interface NotesIniVariable {
  readonly name: string;
  readonly meaning: string;
  /** What a value must look like, for messages. */
  readonly value: string;
  readonly since: string | null;
  readonly source: string;
  readonly confidence: Confidence;
  /**
   * The change for a value without blanks round it; "" when the variable was emptied, which is how a setting is taken back.
   * Null: the value can't be read.
   */
  readonly read: (value: string) => PolicyChange | null;
}

export interface NotesIniProblem {
  readonly name: string;
  readonly message: string;
}

/** Session time-out without the multiplier (3 minutes; Lotus wiki on SMTPTimeoutMultiplier). */
export const SESSION_TIMEOUT_MS = 180_000;

/** A whole number without sign, or null. */
function whole(value: string, least: number, most: number): number | null {
  if (!/^\d{1,9}$/.test(value)) return null;
  const number = Number(value);
  return number >= least && number <= most ? number : null;
}

/** 0, 1, or empty for 0. */
function flag(change: (on: boolean) => PolicyChange): NotesIniVariable['read'] {
  return (value) => (value === '' || value === '0' ? change(false) : value === '1' ? change(true) : null);
}

function limit(change: (most: number | null) => PolicyChange): NotesIniVariable['read'] {
  return (value) => {
    if (value === '') return change(null);
    const most = whole(value, 0, 1_000_000);
    // Zero as "no limit": the reading under which an emptied field and a zero agree.
    return most === null ? null : change(most === 0 ? null : most);
  };
}

function level(value: string): PolicyChange | null {
  switch (value) {
    case '':
    case '0':
      return { debugIo: 0 };
    case '1':
      return { debugIo: 1 };
    case '2':
      return { debugIo: 2 };
    case '3':
      return { debugIo: 3 };
    case '4':
      return { debugIo: 4 };
    default:
      return null;
  }
}

const known = (): PolicyChange => ({});
const HELP = 'product help';
const FLAG = '0 or 1';

export const NOTES_INI_VARIABLES: readonly NotesIniVariable[] = [
  {
    name: 'SMTPErrorLimit',
    meaning: 'Ends a session with 421 once its errors exceed this number; refused commands count like unknown ones.',
    value: 'a number, 0 or nothing for no limit',
    since: '6.0.3',
    source: `${HELP}, and a comment on the article "SMTP Stats part 1"`,
    confidence: 'seen',
    read: limit((errorLimit) => ({ errorLimit })),
  },
  {
    name: 'SMTPGreeting',
    meaning: 'Replaces the text of the greeting behind "220 "; %s stands for the current date and time.',
    value: 'one line of text, or nothing for the release greeting',
    since: '5.0',
    source: 'Lotusphere notes',
    confidence: 'seen',
    read: (value) => (/[\r\n]/.test(value) ? null : { greeting: value === '' ? null : value }),
  },
  {
    name: 'SMTPTimeoutMultiplier',
    meaning: 'Multiplies the session time-out of three minutes.',
    value: 'a number from 1 to 480',
    since: null,
    source: 'Lotus wiki',
    confidence: 'seen',
    read: (value) => {
      const factor = value === '' ? 1 : whole(value, 1, 480);
      return factor === null ? null : { idleTimeoutMs: SESSION_TIMEOUT_MS * factor };
    },
  },
  {
    name: 'SMTPMaxForRecipients',
    meaning: 'The most recipients one message may have.',
    value: 'a number, 0 or nothing for no limit',
    since: '5.0',
    source: 'Lotusphere notes, anti-spam handbook for Domino 6',
    confidence: 'seen',
    read: limit((maxRecipients) => ({ maxRecipients })),
  },
  {
    name: 'SMTPExpandDNSBLStats',
    meaning: 'Counts blacklist hits per site and per peer address as well.',
    value: FLAG,
    since: '6.0',
    source: 'anti-spam handbook for Domino 6',
    confidence: 'seen',
    read: flag((expandDnsblStats) => ({ expandDnsblStats })),
  },
  {
    name: 'SMTPExpandDNSWLStats',
    meaning: 'Counts whitelist hits per site and per peer address as well.',
    value: FLAG,
    since: '7.0',
    source: HELP,
    confidence: 'seen',
    read: flag((expandDnswlStats) => ({ expandDnswlStats })),
  },
  {
    name: 'SMTPNonStandardLineTermination',
    meaning: 'Lets a bare CR or a bare LF end a line, as every release before 5.0.10 did.',
    value: FLAG,
    since: '5.0.10',
    source: 'fix list of 5.0.10',
    confidence: 'seen',
    read: flag((on) => ({ lineEndings: on ? 'cr-or-lf' : 'crlf' })),
  },
  {
    name: 'SMTPDebugIO',
    meaning: 'Writes octet counts (1) or all data (3) of inbound sessions to the debug file.',
    value: 'a number from 0 to 4',
    since: null,
    source: "administrators' notes on debugging SMTP",
    confidence: 'seen',
    read: level,
  },
  {
    name: 'SMTPDebug',
    meaning:
      'Writes commands and replies of inbound sessions to the debug file: 2 with octet counts, 3 with their text.',
    value: 'a number from 0 to 4',
    since: null,
    source: "administrators' notes on debugging SMTP; here it does what SMTPDebugIO does",
    confidence: 'seen',
    read: level,
  },
  {
    name: 'SMTPNoVersionInRcvdHdr',
    meaning: 'Leaves the release out of the Received header.',
    value: FLAG,
    since: '5.0',
    source: 'Lotusphere notes',
    confidence: 'seen',
    read: flag((on) => ({ versionInReceived: !on })),
  },
  {
    name: 'SMTPDenyNotUniqueRcpt',
    meaning: 'Refuses recipients whose name fits several directory entries; goes before the Configuration document.',
    value: FLAG,
    since: null,
    source: HELP,
    confidence: 'seen',
    read: flag((denyAmbiguous) => ({ denyAmbiguous })),
  },
  {
    name: 'SMTPDenyMailToGroups',
    meaning: 'Refuses recipients that are groups; goes before the Configuration document.',
    value: FLAG,
    since: null,
    source: HELP,
    confidence: 'seen',
    read: flag((denyGroups) => ({ denyGroups })),
  },
  {
    name: 'SMTPListenerPort',
    meaning: 'The port the listener binds at its next start.',
    value: 'a port number',
    since: null,
    source: 'a list of variables of doubtful origin',
    confidence: 'second-hand',
    read: (value) => {
      const port = whole(value, 1, 65_535);
      return port === null ? null : { port };
    },
  },
  {
    name: 'SMTPRelayHostsandDomains',
    meaning:
      'Lets Deny win over Allow in the relay lists, as in release 5. Known; the lists here are Deny-first anyway.',
    value: FLAG,
    since: '6.0',
    source: HELP,
    confidence: 'seen',
    read: flag(known),
  },
  {
    name: 'SMTPSaveImportErrors',
    meaning: 'Keeps copies of inbound messages as files. Known; this server keeps messages by its own option.',
    value: 'a number from 0 to 3',
    since: null,
    source: 'IBM technote',
    confidence: 'seen',
    read: (value) => (value === '' || whole(value, 0, 3) !== null ? {} : null),
  },
  {
    name: 'SMTPVerifyAuthenticatedSender',
    meaning: 'The From address must belong to the authenticated user. Known; there is no directory here.',
    value: FLAG,
    since: null,
    source: "a consultant's account of 9.0.1",
    confidence: 'seen',
    read: flag(known),
  },
];

const BY_NAME: ReadonlyMap<string, NotesIniVariable> = new Map(
  NOTES_INI_VARIABLES.map((variable) => [variable.name.toLowerCase(), variable]),
);

/** A variable by its name; upper and lower case are one, as in notes.ini. */
export function notesIniVariable(name: string): NotesIniVariable | null {
  return BY_NAME.get(name.toLowerCase()) ?? null;
}

/**
 * What a set of variables changes. A later variable wins over an earlier one that changes the same thing.
 * @param variables name → value as typed; a value of "" takes the setting back
 * @returns the change, and one problem per value that can't be read or name that is not known; neither throws
 */
export function applyNotesIni(variables: Readonly<Record<string, string>>): {
  readonly change: PolicyChange;
  readonly problems: readonly NotesIniProblem[];
} {
  let change: PolicyChange = {};
  const problems: NotesIniProblem[] = [];
  for (const [name, value] of Object.entries(variables)) {
    const variable = notesIniVariable(name);
    if (variable === null) {
      problems.push({ name, message: `${name} is not a notes.ini variable of the SMTP listener that is known here` });
      continue;
    }
    const read = variable.read(value.trim());
    if (read === null)
      problems.push({ name, message: `${variable.name} takes ${variable.value}, not "${value.trim()}"` });
    else change = { ...change, ...read };
  }
  return { change, problems };
}

/**
 * Reads the lines of a notes.ini: `NAME=value`, sections and comments skipped, the first of two equal names kept.
 * @returns only variables whose name begins with SMTP, since nothing else concerns the listener
 */
export function parseNotesIni(text: string): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const line of text.split(/\r\n|\r|\n/)) {
    const equals = line.indexOf('=');
    const name = line.slice(0, Math.max(0, equals)).trim();
    if (!/^smtp\w*$/i.test(name) || name in variables) continue;
    variables[name] = line.slice(equals + 1).trim();
  }
  return variables;
}
