// Service extensions: the list in an EHLO reply, and which parameter or verb needs which keyword of it (RFC 5321 2.2,
// 4.1.1.1). Used by the judge ("was that offered?"), by scripted senders and by the engine for its own list.
// What an extension means is not here.

import { findParameter } from './parameter';
import type { Parameter } from './parameter';
import type { Reply } from './reply';

export interface Keyword {
  /** Upper case: keywords are compared without regard to case (RFC 5321 4.1.1.1). */
  readonly keyword: string;
  /** The line as written. */
  readonly raw: string;
  readonly parameters: readonly string[];
}

export interface EhloReply {
  /** First word of the first line; '' when that is empty. */
  readonly domain: string;
  /** In the order of the reply. The first line is the greeting and never a keyword. */
  readonly keywords: readonly Keyword[];
}

/** Reads a positive reply to EHLO. Of another reply, the lines are read all the same. */
export function parseEhloReply(reply: Reply): EhloReply {
  const [greeting = '', ...lines] = reply.lines;
  return {
    domain: wordsOf(greeting)[0] ?? '',
    keywords: lines.filter((line) => wordsOf(line).length > 0).map(parseKeyword),
  };
}

/**
 * Reads one line of the list, or one entry of a configured list.
 * The old `AUTH=LOGIN` (drafts before RFC 2554; Domino 5.0.4) counts as `AUTH LOGIN`.
 */
export function parseKeyword(raw: string): Keyword {
  const [first = '', ...parameters] = wordsOf(raw);
  const old = /^AUTH=(.*)$/i.exec(first);
  if (old === null) return { keyword: first.toUpperCase(), raw, parameters };
  return { keyword: 'AUTH', raw, parameters: [old[1] ?? '', ...parameters].filter((word) => word !== '') };
}

/** Whether a keyword is on the list, whatever its case. */
export function offers(keywords: readonly Keyword[], keyword: string): boolean {
  return findKeyword(keywords, keyword) !== null;
}

/** The first entry of that name, or null. */
export function findKeyword(keywords: readonly Keyword[], keyword: string): Keyword | null {
  const wanted = keyword.toUpperCase();
  for (const offered of keywords) if (offered.keyword === wanted) return offered;
  return null;
}

// --- parameters --------------------------------------------------------------------------------------------------

const BODY_KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  '7BIT': ['8BITMIME', 'BINARYMIME'], // RFC 6152 3, RFC 3030 3: the value needs BODY to exist, no more
  '8BITMIME': ['8BITMIME'],
  BINARYMIME: ['BINARYMIME'],
};

const MAIL_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  SIZE: ['SIZE'], // RFC 1870
  SMTPUTF8: ['SMTPUTF8'], // RFC 6531
  RET: ['DSN'], // RFC 3461
  ENVID: ['DSN'],
  AUTH: ['AUTH'], // RFC 4954 5
  REQUIRETLS: ['REQUIRETLS'], // RFC 8689
  'MT-PRIORITY': ['MT-PRIORITY'], // RFC 6710
  HOLDFOR: ['FUTURERELEASE'], // RFC 4865
  HOLDUNTIL: ['FUTURERELEASE'],
  BY: ['DELIVERBY'], // RFC 2852
  TRANSID: ['CHECKPOINT'], // RFC 1845
  MTRK: ['MTRK'], // RFC 3885
  SUBMITTER: ['SUBMITTER'], // RFC 4405
  SOLICIT: ['NO-SOLICITING'], // RFC 3865
  CONPERM: ['CONPERM'], // RFC 4141
};

const RCPT_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  NOTIFY: ['DSN'], // RFC 3461
  ORCPT: ['DSN'],
  RRVS: ['RRVS'], // RFC 7293
  CONNEG: ['CONNEG'], // RFC 4141
};

/**
 * The keywords that bring in a parameter: one of them has to be offered before a client may use it (RFC 5321 4.1.1.11).
 * @returns none for a parameter (or BODY value) that no extension known here defines
 */
export function keywordsOfParameter(verb: 'MAIL' | 'RCPT', parameter: Parameter): readonly string[] {
  if (verb === 'RCPT') return own(RCPT_PARAMETERS, parameter.keyword);
  if (parameter.keyword !== 'BODY') return own(MAIL_PARAMETERS, parameter.keyword);
  return own(BODY_KEYWORDS, (parameter.value ?? '').toUpperCase());
}

/** The BODY value of a MAIL command in upper case (RFC 6152, RFC 3030); null when it says none. */
export function bodyParameter(parameters: readonly Parameter[]): string | null {
  return findParameter(parameters, 'BODY')?.value?.toUpperCase() ?? null;
}

// --- verbs -------------------------------------------------------------------------------------------------------

export interface VerbKeyword {
  readonly keyword: string;
  /** False where a client may use the verb without having seen the keyword. */
  readonly required: boolean;
}

const VERB_KEYWORDS: Readonly<Record<string, VerbKeyword>> = {
  STARTTLS: { keyword: 'STARTTLS', required: true }, // RFC 3207
  AUTH: { keyword: 'AUTH', required: true }, // RFC 4954
  BDAT: { keyword: 'CHUNKING', required: true }, // RFC 3030
  BURL: { keyword: 'BURL', required: true }, // RFC 4468
  ETRN: { keyword: 'ETRN', required: true }, // RFC 1985
  ATRN: { keyword: 'ATRN', required: true }, // RFC 2645
  TURN: { keyword: 'TURN', required: true }, // RFC 5321 F.1
  EXPN: { keyword: 'EXPN', required: true }, // RFC 5321 3.5.2: listed wherever it is supported
  VRFY: { keyword: 'VRFY', required: false }, // RFC 5321 3.5.2: listed "as a convenience" only
  HELP: { keyword: 'HELP', required: false }, // RFC 5321 4.1.1.8: servers SHOULD have it, listed or not
};

/**
 * The keyword that announces a verb.
 * @param verb upper case
 * @returns null for the verbs that every server has (RFC 5321 4.5.1) and for those that nobody defines
 */
export function keywordOfVerb(verb: string): VerbKeyword | null {
  return Object.hasOwn(VERB_KEYWORDS, verb) ? (VERB_KEYWORDS[verb] ?? null) : null;
}

function own(table: Readonly<Record<string, readonly string[]>>, key: string): readonly string[] {
  return Object.hasOwn(table, key) ? (table[key] ?? []) : [];
}

function wordsOf(line: string): string[] {
  return line.split(/[ \t]+/).filter((word) => word !== '');
}
