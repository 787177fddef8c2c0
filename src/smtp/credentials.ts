// Where credentials may stand in what a client sends, however oddly it sends them: RFC 4954 9 wants them protected, so the
// record masks them. Used by the engine for lines, by the server for octets that never became one. Rather masks too much
// than too little; never says whether a credential is right.

import { VERB_EVENTS } from './vocabulary';

/** Mechanisms of the IANA registry, which clients write in any case. */
const KNOWN =
  'PLAIN|LOGIN|CRAM-MD5|DIGEST-MD5|XOAUTH2|OAUTHBEARER|OAUTH10A|EXTERNAL|ANONYMOUS|GSSAPI|GSS-SPNEGO|NTLM|OTP|S[/-]?KEY|' +
  'SECURID|KERBEROS_V[45]|SCRAM-SHA-?[0-9]+(?:-PLUS)?|GS2-[A-Z0-9-]+|SAML20|OPENID20|SRP';
const KNOWN_MECHANISM = new RegExp(`^(?:${KNOWN})$`, 'i');
/** RFC 4422 3.1, all in one case: a word of mixed letters may well be base64. */
const MECHANISM = /^(?:[A-Z][A-Z0-9_-]{0,19}|[a-z][a-z0-9_-]{0,19})$/;
/**
 * What clients make of the verb; a mechanism, or the credentials, may be glued to it: `AUTH=PLAIN`, `AUTHPLAIN`. Not
 * `Author:` or `Authentication-Results:`, which are mail data that is taken for commands.
 */
const AUTH_VERB = /^(?![A-Za-z-]{5,}:)(?:AUTHENTICATE|AUTHINFO|X?AUTH)[:=]?/i;
/** What a firewall makes of it (XXXX, NOOP) while it leaves the rest alone. */
const MANGLED = new RegExp(`^[ \\t]*(?:X+|NOOP)[ \\t]+(?:${KNOWN})(?:[ \\t]+|$)`, 'i');
const MANGLED_VERB = /^[ \t]*(?:X+|NOOP)[ \t]+(?:[A-Z0-9-]+=)?/;
/** Letters in both cases, and nothing that a name or a path would have. */
const BASE64 = /^(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])[A-Za-z0-9+/]{8,}={0,2}$/;

/**
 * @param line latin1, without its terminator
 * @returns where its credentials begin, in characters; null when it shows none
 */
export function secretFrom(line: string): number | null {
  const [lead = '', blanks = '', word = ''] = /^([ \t]*)([^ \t]+)[ \t]*/.exec(line) ?? [];
  const verb = AUTH_VERB.exec(word)?.[0];
  if (verb === undefined) return mangledSecretFrom(line);
  const glued = word.slice(verb.length);
  if (glued !== '' && !KNOWN_MECHANISM.test(glued)) return blanks.length + verb.length;
  let from = lead.length;
  if (glued === '') {
    const [withBlanks = '', mechanism = ''] = /^([^ \t]+)[ \t]*/.exec(line.slice(from)) ?? [];
    if (KNOWN_MECHANISM.test(mechanism) || MECHANISM.test(mechanism)) from += withBlanks.length;
  }
  return inside(line, from);
}

function mangledSecretFrom(line: string): number | null {
  const from = MANGLED_VERB.exec(line)?.[0].length ?? line.length;
  return BASE64.test(line.slice(from)) ? from : inside(line, MANGLED.exec(line)?.[0].length);
}

const inside = (line: string, from = Infinity): number | null => (from < line.length ? from : null);

/** Whether responses may follow this line, whatever the server makes of it. */
export function beginsExchange(line: string): boolean {
  return AUTH_VERB.test(line.trimStart()) || MANGLED.test(line);
}

const VERBS: ReadonlySet<string> = new Set(VERB_EVENTS);
/** LOGIN wants two, and a client that is out of step sends one more. */
const RESPONSES_BEHIND_AUTH = 3;

/**
 * The same for octets that nobody took as lines: they are cut as lines here, and behind AUTH a line of one word that is no
 * command is taken for a response.
 * @param text latin1
 * @param behindAuth the text begins in the middle of an exchange
 * @returns ranges to hide, each up to the end of its line
 */
export function credentialsIn(text: string, behindAuth = false): readonly (readonly [from: number, to: number])[] {
  const found: (readonly [number, number])[] = [];
  let responses = behindAuth ? RESPONSES_BEHIND_AUTH : 0;
  for (const { 0: line, index } of text.matchAll(/[^\r\n]+/g)) {
    const secret = secretFrom(line);
    if (beginsExchange(line)) {
      responses = RESPONSES_BEHIND_AUTH;
      if (secret !== null) found.push([index + secret, index + line.length]);
    } else if (responses > 0 && !/[ \t]/.test(line) && !VERBS.has(line.toUpperCase())) {
      responses--;
      found.push([index, index + line.length]);
    } else responses = 0;
  }
  return found;
}

/** Less than this would hide ordinary letters of a reply. */
const SHORTEST_ECHO = 4;

/**
 * Where a secret is said back, also the beginning of one that was cut.
 * @param matched characters of it that stood at the end of what came before `text`
 */
export function echoesIn(text: string, secret: string, matched = 0): readonly (readonly [from: number, to: number])[] {
  if (secret.length < SHORTEST_ECHO) return [];
  const found: (readonly [number, number])[] = [];
  const goesOn = matched === 0 ? 0 : commonLength(text, 0, secret, matched);
  if (goesOn > 0 && matched + goesOn >= SHORTEST_ECHO) found.push([0, goesOn]);
  const beginning = secret.slice(0, SHORTEST_ECHO);
  for (let at = text.indexOf(beginning); at !== -1;) {
    const end = at + commonLength(text, at, secret, 0);
    found.push([at, end]);
    at = text.indexOf(beginning, at + 1);
  }
  return found;
}

/** How much of a secret stands at the end of a text, and may go on behind it. */
export function matchedAtEnd(text: string, secret: string, matched = 0): number {
  if (matched > 0 && text.length < secret.length - matched && commonLength(text, 0, secret, matched) === text.length) {
    return matched + text.length;
  }
  for (let at = Math.max(0, text.length - secret.length + 1); at < text.length; at++) {
    if (commonLength(text, at, secret, 0) === text.length - at) return text.length - at;
  }
  return 0;
}

function commonLength(text: string, at: number, secret: string, from: number): number {
  let length = 0;
  while (from + length < secret.length && at + length < text.length && text[at + length] === secret[from + length]) {
    length++;
  }
  return length;
}

/** @returns `text`, of the same length, without the echoes of a secret */
export function withoutEcho(text: string, secret: string): string {
  return echoesIn(text, secret).reduce(
    (shown, [from, to]) => shown.slice(0, from) + '*'.repeat(to - from) + shown.slice(to),
    text,
  );
}
