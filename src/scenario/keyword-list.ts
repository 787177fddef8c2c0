// The list behind an EHLO reply: a scenario's, exactly as it stands, or a persona's with what is switched on and off.
// Used when a server is compiled and when a session's own list was set; also reads the list out of a reply that a rule
// wrote. Which keyword allows what is in smtp/extension.ts.

import { parseEhloReply, parseKeyword, type Keyword } from '../smtp/extension';
import { parseReplyLines } from '../smtp/reply';
import type { Persona } from './persona';
import type { ServerConfig } from './scenario';

/** A list as announced, ready to be sent and to be asked. */
export interface KeywordList {
  readonly keywords: readonly Keyword[];
  readonly raw: readonly string[];
}

const SWITCHES = ['VRFY', 'EXPN', 'HELP', 'ETRN'] as const;

/**
 * An explicit list is announced exactly as it stands; a persona's own has STARTTLS, AUTH and the optional commands only
 * while they are switched on. `SIZE` and `AUTH` without anything behind them are completed.
 * @param explicit null for the persona's
 */
export function keywordList(
  server: ServerConfig,
  persona: Persona,
  tls: boolean,
  explicit: readonly string[] | null,
  sizeLimit: number | null,
): KeywordList {
  const words = explicit ?? ownWords(server, persona, tls);
  const raw = words.map((word) => completeKeyword(word, server, persona, sizeLimit));
  return { raw, keywords: raw.map(parseKeyword) };
}

function ownWords({ policies, auth }: ServerConfig, persona: Persona, tls: boolean): readonly string[] {
  const words = persona.extensions.value[tls ? 'tls' : 'plain'];
  const starttls = !tls && policies.tls !== 'off';
  const authOffered = policies.auth !== 'off' && (tls || auth.beforeTls);
  const has = (keyword: string): boolean => words.some((word) => parseKeyword(word).keyword === keyword);
  const off = new Set<string>(SWITCHES.filter((command) => !policies.commands[command]));
  if (!starttls) off.add('STARTTLS');
  if (!authOffered) off.add('AUTH');
  // In a persona's list these two only mark a place: Domino's order is STARTTLS first, AUTH last.
  return [
    ...(starttls && !has('STARTTLS') ? ['STARTTLS'] : []),
    ...words.filter((word) => !off.has(parseKeyword(word).keyword)),
    ...(authOffered && !has('AUTH') ? ['AUTH'] : []),
  ];
}

function completeKeyword(word: string, server: ServerConfig, persona: Persona, sizeLimit: number | null): string {
  if (/^size$/i.test(word)) {
    const { announce } = server.policies.size;
    if (announce === 'bare' || (announce === 'limit' && persona.habits.sizeAnnounce.value === 'bare')) return word;
    const shown = announce === 'limit' ? sizeLimit : announce;
    return shown === null ? word : `${word} ${shown}`;
  }
  if (/^auth$/i.test(word)) {
    const mechanisms = server.auth.mechanisms.join(' ');
    return persona.habits.authStyle.value === 'AUTH=LOGIN' ? `${word}=${mechanisms}` : `${word} ${mechanisms}`;
  }
  return word;
}

/** What a reply to EHLO announces, whoever wrote it: the first line is the greeting, each further one a keyword. */
export function listIn(octets: string): KeywordList {
  const [reply] = parseReplyLines(octets).replies;
  const keywords = reply === undefined ? [] : parseEhloReply(reply).keywords;
  return { keywords, raw: keywords.map(({ raw }) => raw) };
}

/** The reply to EHLO: the persona's first line, and a line for each keyword (RFC 5321 4.1.1.1, 4.2.1). */
export function withList(greeting: string, code: number, list: KeywordList): string {
  if (list.raw.length === 0) return greeting;
  return greeting.replace(LAST_LINE, '$1-') + linesOf(code, list);
}

const LAST_LINE = /^(\d{3}) ?(?=[^\r\n]*\r\n$)/m;

/** The latest lines of each list: nearly every connection gets the same. */
const LINES = new WeakMap<KeywordList, { readonly code: number; readonly lines: string }>();

function linesOf(code: number, list: KeywordList): string {
  const known = LINES.get(list);
  if (known?.code === code) return known.lines;
  const last = list.raw.length - 1;
  const lines = list.raw.map((word, index) => `${code}${index === last ? ' ' : '-'}${word}\r\n`).join('');
  LINES.set(list, { code, lines });
  return lines;
}
