// Reverse-path and forward-path (RFC 5321 4.1.2), read as clients really write them: without brackets, with a display
// name, a source route, blanks where none belong. Every departure from the grammar is a Deviation, never an exception.
// Used by command.ts; the domain checks also by the judge. Decides nothing: whether a form is taken is the persona's.

import type { Deviation } from './deviation';

/** `reverse` stands in MAIL and may be null; `forward` stands in RCPT and may be a bare Postmaster. */
export type PathDirection = 'reverse' | 'forward';

export interface ParsedPath {
  /** Every octet that was taken as the path: brackets, display name and source route included. */
  readonly raw: string;
  /** The mailbox as written, quotes and case kept, without brackets and source route; '' for the null path. */
  readonly address: string;
  /** What the local part stands for: quotes and quoting backslashes taken off (`"a\ b"` and `"a b"` are one name). */
  readonly localPart: string;
  /** As written; '' when there is none. */
  readonly domain: string;
  /** `<>`, and only that. */
  readonly isNull: boolean;
  /** `@a,@b`, without the colon. */
  readonly sourceRoute: string | null;
  readonly deviations: readonly Deviation[];
}

interface Cut {
  readonly raw: string;
  /** What stands between the brackets, or would. */
  readonly content: string;
  readonly rest: string;
  readonly closed: boolean;
}

/**
 * Reads the path that a text begins with.
 * @param text what follows the colon, blanks before the path already taken off; latin1
 * @returns the path, and the rest of the text from the first octet behind it (parameters, with the blank before them)
 */
export function parsePath(text: string, direction: PathDirection): { path: ParsedPath; rest: string } {
  return parsePlainPath(text) ?? parseAnyPath(text, direction);
}

/** The way of nearly every path, with nothing to note; null for one that has to be looked at. */
function parsePlainPath(text: string): { path: ParsedPath; rest: string } | null {
  const found = PLAIN_PATH.exec(text);
  if (found === null) return null;
  const [raw, localPart = '', domain = ''] = found;
  if (domain.length > LONGEST_DOMAIN_OCTETS) return null;
  const address = raw.slice(1, -1);
  return {
    path: { raw, address, localPart, domain, isNull: false, sourceRoute: null, deviations: NO_DEVIATIONS },
    rest: text.slice(raw.length),
  };
}

function parseAnyPath(text: string, direction: PathDirection): { path: ParsedPath; rest: string } {
  const deviations: Deviation[] = [];
  const cut = cutPath(text, deviations);
  const rest = withoutFurtherAddresses(cut.rest, deviations);
  if (/^[^ \t]/.test(rest)) deviations.push({ what: 'missing-blank', detail: 'between path and parameters' });

  const content = withoutBlanks(cut.content);
  if (content !== cut.content) deviations.push({ what: 'extra-blank', detail: 'inside the brackets' });
  if (content === '') {
    if (!cut.closed) deviations.push({ what: 'missing-path', detail: 'no address' });
    else if (direction === 'forward') deviations.push({ what: 'null-recipient', detail: '<> as forward-path' });
    const path = { raw: cut.raw, address: '', localPart: '', domain: '', isNull: cut.closed, sourceRoute: null };
    return { path: { ...path, deviations }, rest };
  }

  const { sourceRoute, mailbox } = splitSourceRoute(content);
  if (sourceRoute !== null) deviations.push({ what: 'source-route', detail: sourceRoute });
  const { local, domain } = splitMailbox(mailbox);
  deviations.push(...mailboxDeviations(mailbox, local, domain, direction));
  const path = { raw: cut.raw, address: mailbox, localPart: unquoted(local), domain, isNull: false, sourceRoute };
  return { path: { ...path, deviations }, rest };
}

// --- where the path ends -----------------------------------------------------------------------------------------

function cutPath(text: string, deviations: Deviation[]): Cut {
  if (text.startsWith('<')) return cutBrackets(text, 0, deviations);

  const inQuotes = /^(["'])<([^>"']*)>\1(?!@)/.exec(text);
  if (inQuotes !== null) {
    const raw = inQuotes[0];
    deviations.push({ what: 'quoted-brackets', detail: raw });
    return { raw, content: inQuotes[2] ?? '', rest: text.slice(raw.length), closed: true };
  }

  const open = indexOutsideQuotes(text, '<', 0);
  // `a@b AUTH=<>`: that bracket belongs to a parameter (RFC 4954 5), not to the path.
  if (open !== -1 && !lastWord(text.slice(0, open)).includes('=')) {
    deviations.push({ what: 'display-name', detail: withoutBlanks(text.slice(0, open)) });
    return cutBrackets(text, open, deviations);
  }

  const raw = text.slice(0, endOfWord(text, 0));
  if (raw !== '') deviations.push({ what: 'missing-brackets', detail: raw });
  return { raw, content: raw.replace(/>$/, ''), rest: text.slice(raw.length), closed: false };
}

function cutBrackets(text: string, open: number, deviations: Deviation[]): Cut {
  let close = indexOutsideQuotes(text, '>', open + 1);
  // A quote that opens and never closes inside the brackets must not swallow the bracket.
  if (close === -1) close = text.indexOf('>', open + 1);
  if (close === -1) {
    const end = endOfWord(text, open);
    deviations.push({ what: 'missing-brackets', detail: 'no ">"' });
    return { raw: text.slice(0, end), content: text.slice(open + 1, end), rest: text.slice(end), closed: false };
  }
  let content = text.slice(open + 1, close);
  let end = close + 1;
  if (content.startsWith('<')) {
    while (text.charAt(end) === '>') end++;
    content = content.replace(/^<+/, '');
    deviations.push({ what: 'doubled-brackets', detail: text.slice(open, end) });
  }
  return { raw: text.slice(0, end), content, rest: text.slice(end), closed: true };
}

/** RCPT names one recipient (RFC 5321 3.3); further ones are noted and skipped, so that parameters are still found. */
function withoutFurtherAddresses(rest: string, deviations: Deviation[]): string {
  const more = /^(?:[ \t]*[,;][ \t]*[^ \t]*|[ \t]*<[^>]*>)+/.exec(rest);
  if (more === null) return rest;
  deviations.push({ what: 'several-addresses', detail: withoutBlanks(more[0]) });
  return rest.slice(more[0].length);
}

// --- what the path says ------------------------------------------------------------------------------------------

function splitSourceRoute(content: string): { sourceRoute: string | null; mailbox: string } {
  // Colons inside an address literal do not end the route: <@[IPv6:::1],@b:user@c>.
  const route = /^@(?:\[[^\]]*\]|[^:[\]])*(?=:)/.exec(content);
  if (route === null) return { sourceRoute: null, mailbox: content };
  return { sourceRoute: route[0], mailbox: content.slice(route[0].length + 1) };
}

function splitMailbox(mailbox: string): { local: string; domain: string } {
  let at = mailbox.lastIndexOf('@');
  if (mailbox.startsWith('"')) {
    const behind = behindQuoted(mailbox, 0);
    if (behind === mailbox.length) at = -1;
    else if (mailbox.charAt(behind) === '@') at = behind;
  }
  return at === -1 ? { local: mailbox, domain: '' } : { local: mailbox.slice(0, at), domain: mailbox.slice(at + 1) };
}

function mailboxDeviations(mailbox: string, local: string, domain: string, direction: PathDirection): Deviation[] {
  const found: Deviation[] = [];
  const quoted = QUOTED_STRING.test(local);
  const outsideQuotes = quoted ? mailbox.slice(local.length) : mailbox;
  const several = outsideQuotes.split(/[,; \t]+/).filter((word) => word.includes('@')).length > 1;
  if (several) found.push({ what: 'several-addresses', detail: mailbox });
  else if (!quoted && !DOT_STRING.test(local)) found.push({ what: 'malformed-local-part', detail: local });

  if (domain === '') {
    // Postmaster needs no domain, in any case of letters (RFC 5321 4.1.1.3, 4.5.1).
    const postmaster = direction === 'forward' && /^postmaster$/i.test(mailbox);
    if (!postmaster) found.push({ what: 'missing-domain', detail: mailbox });
  } else if (!several && !isDomain(domain) && !isAddressLiteral(domain)) {
    found.push({ what: 'malformed-domain', detail: domain });
  }
  return found;
}

// --- the grammar of RFC 5321 4.1.2 and 4.1.3 ---------------------------------------------------------------------

// 8-bit octets stand for the UTF-8 of RFC 6531 3.3 and are noted once per line, by command.ts.
const DOT_STRING = /^[\w!#$%&'*+/=?^`{|}~\x80-\xff-]+(?:\.[\w!#$%&'*+/=?^`{|}~\x80-\xff-]+)*$/;
const QUOTED_STRING = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\x20-\x7e])*"$/;
const LABEL = /^[A-Za-z0-9\x80-\xff](?:[A-Za-z0-9\x80-\xff-]*[A-Za-z0-9\x80-\xff])?$/;

/** A domain of labels, all ASCII. */
const PLAIN_LABELS = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?`;
const PLAIN_LOCAL_PART = "[\\w!#$%&'*+/=?^`{|}~-]+(?:\\.[\\w!#$%&'*+/=?^`{|}~-]+)*";
const PLAIN_DOMAIN = new RegExp(`^${PLAIN_LABELS}$`);
/** `<a.b@c.d>`, all ASCII, and behind it nothing or a parameter: what the two above and `isDomain` would take, too. */
const PLAIN_PATH = new RegExp(`^<(${PLAIN_LOCAL_PART})@(${PLAIN_LABELS})>(?=$| [A-Za-z0-9])`);
const LONGEST_DOMAIN_OCTETS = 255;
const NO_DEVIATIONS: readonly Deviation[] = [];

/** Whether a text is a Domain in syntax: labels of letters, digits, hyphens, at most 255 octets (RFC 5321 4.5.3.1.2). */
export function isDomain(text: string): boolean {
  if (text.length > LONGEST_DOMAIN_OCTETS) return false;
  return PLAIN_DOMAIN.test(text) || text.split('.').every((label) => label.length <= 63 && LABEL.test(label));
}

/** Whether a text is `[192.0.2.1]` or `[IPv6:2001:db8::1]`. No other tag was ever standardised (RFC 5321 4.1.3). */
export function isAddressLiteral(text: string): boolean {
  if (!text.startsWith('[') || !text.endsWith(']')) return false;
  const inside = text.slice(1, -1);
  return /^IPv6:/i.test(inside) ? isIpv6(inside.slice(5)) : isIpv4(inside);
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  let width = groups.length;
  if (halves.at(-1) !== '' && groups.at(-1)?.includes('.') === true) {
    if (!isIpv4(groups.pop() ?? '')) return false;
    width++;
  }
  // "::" stands for at least one group (RFC 4291 2.2; the two of RFC 5321 4.1.3 would fail valid addresses).
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) && (halves.length === 2 ? width <= 7 : width === 8);
}

// --- scanning ----------------------------------------------------------------------------------------------------

/** The index behind the quoted string that opens at `at`; -1 when it never closes. A backslash takes an octet along. */
function behindQuoted(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text.charAt(i) === '\\') i++;
    else if (text.charAt(i) === '"') return i + 1;
  }
  return -1;
}

/** The first index of one of the `wanted` octets outside quoted strings, or -1. An unclosed quote quotes nothing. */
function indexOutsideQuotes(text: string, wanted: string, from: number): number {
  let quoting = true;
  for (let i = from; i < text.length; i++) {
    const octet = text.charAt(i);
    if (wanted.includes(octet)) return i;
    if (octet !== '"' || !quoting) continue;
    const behind = behindQuoted(text, i);
    if (behind === -1) quoting = false;
    else i = behind - 1;
  }
  return -1;
}

function endOfWord(text: string, from: number): number {
  const end = indexOutsideQuotes(text, ' \t', from);
  return end === -1 ? text.length : end;
}

function lastWord(text: string): string {
  return text.slice(Math.max(text.lastIndexOf(' '), text.lastIndexOf('\t')) + 1);
}

/** Blanks and tabs only: `trim()` would take the octet A0 as well, which is half of a UTF-8 character. */
function withoutBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(octet: number): boolean {
  return octet === 0x20 || octet === 0x09;
}

function unquoted(local: string): string {
  return QUOTED_STRING.test(local) ? local.slice(1, -1).replace(/\\(.)/gs, '$1') : local;
}
