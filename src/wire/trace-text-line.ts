// One line of the trace's text form: the marks, their escapes, durations and header words; docs/trace-text.md has the
// whole language. Read here for the player, written here for the printer. Not here: what a line does to a session.

import type { ClosingEvent, Endpoint, NoteEvent, PeerEvent, Source, StepEvent, TlsEvent } from './trace-event';

/** A mistake in a hand-written trace. The message names the line, what is wrong and what to write. */
export class TraceTextError extends Error {
  /** From 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(`trace text, line ${line}: ${message}`);
    this.name = 'TraceTextError';
    this.line = line;
  }
}

/** What one line says. Reply lines of one reply are joined later, by the player. */
export type TextItem = { readonly line: number } & (
  | { readonly kind: 'connection'; readonly number: number; readonly header: ConnectionHeader }
  | { readonly kind: 'time'; readonly ms: number }
  /** `joined`: read together with the octets before it, as one segment. */
  | { readonly kind: 'octets'; readonly octets: Buffer; readonly joined: boolean }
  /** Octets that the trace did not keep. */
  | { readonly kind: 'lost'; readonly length: number }
  | { readonly kind: 'peer'; readonly what: PeerEvent['what']; readonly reason: string }
  /** Part of a reply; `octets` latin1, the CRLF included when the line had its end. */
  | { readonly kind: 'reply'; readonly octets: string }
  | { readonly kind: 'unsolicited'; readonly octets: string; readonly raw: boolean }
  | { readonly kind: 'raw'; readonly octets: string; readonly as: number | null }
  | { readonly kind: 'by'; readonly source: Source }
  | {
      readonly kind: 'step';
      readonly step: StepEvent['step'];
      readonly ms: number | null;
      readonly octets: number | null;
      readonly detail: string;
    }
  | { readonly kind: 'note'; readonly fact: NoteEvent['fact']; readonly detail: string }
  | { readonly kind: 'closing'; readonly how: ClosingEvent['how'] }
  | { readonly kind: 'tls'; readonly phase: TlsEvent['phase']; readonly words: TlsWords }
);

export interface ConnectionHeader {
  readonly peer: Endpoint | null;
  readonly local: Endpoint | null;
  readonly server: number | null;
  readonly proxiedBy: Endpoint | null;
  readonly implicitTls: boolean;
}

export type TlsWords = Pick<TlsEvent, 'protocol' | 'cipher' | 'servername' | 'reason'>;

const STEPS = [
  'wait',
  'hold',
  'mute',
  'deaf',
  'ignore',
  'set',
  'swallow',
  'discard',
  'look-up',
  'next',
] as const satisfies readonly StepEvent['step'][];
const FACTS: Readonly<Record<NoteEvent['fact'], true>> = {
  'lf-without-cr': true,
  'cr-without-lf': true,
  'limit-tripped': true,
  'early-talker': true,
  'unadvertised-pipelining': true,
  blacklisted: true,
  'handler-waited': true,
  'bounced-input': true,
  'config-changed': true,
  'reading-paused': true,
  'reading-resumed': true,
  path: true,
  'trace-bounded': true,
  authenticated: true,
  'authentication-failed': true,
  saved: true,
  'save-failed': true,
  state: true,
};
const SOURCES = ['rule', 'policy', 'persona', 'default'] as const;
const TLS_PHASES = ['started', 'secured', 'failed', 'client-hello', 'closed'] as const;
const PEER_WORDS = { FIN: 'fin', RST: 'reset', 'write-failed': 'write-failed' } as const;
const CLOSING_WORDS = { FIN: 'close', 'half-close': 'half-close', RST: 'reset', destroy: 'destroy' } as const;

const MARK = /^\s*(#|\+|TLS(?= |$)|C:|C\||C\\:|C\\\||C~|C-|S:|S>|S\?|S\\:|S\\\?:|S\\\d{3}:|S!|S-)(?: ?(.*))$/s;

/**
 * @param text one line, without its line end
 * @param line its number, from 1
 * @returns null for an empty line and for a comment
 * @throws TraceTextError
 */
export function readTextLine(text: string, line: number): TextItem | null {
  if (/^\s*(;|$)/.test(text)) return null;
  const found = MARK.exec(text);
  const mark = found?.[1];
  const rest = found?.[2] ?? '';
  if (mark === undefined) {
    throw new TraceTextError(line, `"${text.trim()}" begins with no known mark; expected C:, S:, +3s, # connection …`);
  }
  switch (mark) {
    case '#':
      return readHeader(rest, line);
    case '+':
      return { kind: 'time', line, ms: durationOrFail(rest, line) };
    case 'TLS':
      return readTls(rest, line);
    case 'C:':
    case 'C|':
      return { kind: 'octets', line, octets: Buffer.from(`${rest}\r\n`, 'utf8'), joined: mark === 'C|' };
    case 'C\\:':
    case 'C\\|':
      return { kind: 'octets', line, octets: unescape(rest, line), joined: mark === 'C\\|' };
    case 'C~':
      return { kind: 'lost', line, length: countOrFail(rest, line) };
    case 'C-':
      return readPeer(rest, line);
    case 'S:':
      return { kind: 'reply', line, octets: replyLine(rest, line) };
    case 'S>':
      return { kind: 'reply', line, octets: unescape(rest, line).toString('latin1') };
    case 'S?':
      return { kind: 'unsolicited', line, octets: replyLine(rest, line), raw: false };
    case 'S\\?:':
      return { kind: 'unsolicited', line, octets: unescape(rest, line).toString('latin1'), raw: true };
    case 'S!':
      return readStep(rest, line);
    case 'S-':
      return { kind: 'closing', line, how: wordOf(CLOSING_WORDS, rest, line) };
    default: {
      const as = mark === 'S\\:' ? null : Number(mark.slice(2, 5));
      return { kind: 'raw', line, octets: unescape(rest, line).toString('latin1'), as };
    }
  }
}

function replyLine(text: string, line: number): string {
  if (!/^\d{3}(?:[ -].*)?$/s.test(text)) {
    throw new TraceTextError(line, `"${text}" is no reply line; for octets as they are write S\\: ${text}\\r\\n`);
  }
  return `${Buffer.from(text, 'utf8').toString('latin1')}\r\n`;
}

function readHeader(text: string, line: number): TextItem {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words[0] !== 'connection') throw new TraceTextError(line, `expected "# connection 2 from 192.0.2.7:1234"`);
  const number = countOrFail(words[1] ?? '', line);
  const header = { peer: null, local: null, server: null, proxiedBy: null, implicitTls: false };
  const given: { -readonly [K in keyof ConnectionHeader]: ConnectionHeader[K] } = header;
  for (let i = 2; i < words.length; i += 2) {
    const value = words[i + 1] ?? '';
    const word = words[i];
    if (word === 'from') given.peer = endpointOrFail(value, line);
    else if (word === 'to') given.local = endpointOrFail(value, line);
    else if (word === 'server') given.server = countOrFail(value, line);
    else if (word === 'proxied-by') given.proxiedBy = endpointOrFail(value, line);
    else if (word === 'implicit-tls') {
      given.implicitTls = true;
      i -= 1;
    } else throw new TraceTextError(line, `"${word}" is not from, to, server, proxied-by or implicit-tls`);
  }
  return { kind: 'connection', line, number, header: given };
}

function readPeer(text: string, line: number): TextItem {
  const [word = '', ...reason] = text.trim().split(/\s+/);
  return { kind: 'peer', line, what: wordOf(PEER_WORDS, word, line), reason: reason.join(' ') };
}

function readTls(text: string, line: number): TextItem {
  const [phase = '', ...words] = text.trim().split(/\s+/);
  const known = TLS_PHASES.find((name) => name === phase);
  if (known === undefined) throw new TraceTextError(line, `"TLS ${phase}" is not TLS ${TLS_PHASES.join(', ')}`);
  if (known === 'failed') return { kind: 'tls', line, phase: known, words: { reason: words.join(' ') } };
  const servername = words.find((word) => word.startsWith('servername='))?.slice('servername='.length);
  const [protocol, cipher] = words.filter((word) => !word.startsWith('servername='));
  return {
    kind: 'tls',
    line,
    phase: known,
    words: {
      ...(protocol === undefined ? {} : { protocol }),
      ...(cipher === undefined ? {} : { cipher }),
      ...(servername === undefined ? {} : { servername }),
    },
  };
}

function readStep(text: string, line: number): TextItem {
  const [word = '', first = '', ...others] = text.trim().split(/\s+/);
  if (word === 'by') return { kind: 'by', line, source: readSource(first, others.join(' '), line) };
  if (word === 'note') return { kind: 'note', line, fact: factOrFail(first, line), detail: others.join(' ') };
  const step = STEPS.find((name) => name === word);
  if (step === undefined) {
    throw new TraceTextError(line, `"S! ${word}" is no step; expected by, note, ${STEPS.join(', ')}`);
  }
  const ms = readDuration(first);
  const octets = step === 'discard' && /^\d+$/.test(first) ? Number(first) : null;
  const detail = (ms === null && octets === null ? [first, ...others] : others).join(' ').trim();
  return { kind: 'step', line, step, ms, octets, detail };
}

function factOrFail(word: string, line: number): NoteEvent['fact'] {
  if (!Object.hasOwn(FACTS, word)) {
    throw new TraceTextError(line, `"S! note ${word}" is no fact; expected ${Object.keys(FACTS).join(', ')}`);
  }
  return word as NoteEvent['fact'];
}

function readSource(kind: string, name: string, line: number): Source {
  const known = SOURCES.find((word) => word === kind);
  switch (known) {
    case 'rule':
      return { kind: known, rule: name };
    case 'policy':
      return { kind: known, policy: name };
    case 'persona':
      return { kind: known, situation: name };
    case 'default':
      return { kind: known };
    case undefined:
      throw new TraceTextError(line, `"S! by ${kind}" is not S! by ${SOURCES.join(', ')}`);
  }
}

function wordOf<Value extends string>(words: Readonly<Record<string, Value>>, text: string, line: number): Value {
  const found = words[text.trim()];
  if (found === undefined) {
    throw new TraceTextError(line, `"${text.trim()}" is not one of ${Object.keys(words).join(', ')}`);
  }
  return found;
}

const MS_PER: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of `3s`, `200ms`, `5min`, `2h`, `1d`; null when it is none. */
function readDuration(text: string): number | null {
  const found = /^(\d+(?:\.\d+)?)(ms|s|min|m|h|d)$/.exec(text.trim().replace(/^(\S+) (\S+)$/, '$1$2'));
  return found === null ? null : Number(found[1]) * (MS_PER[found[2] ?? ''] ?? 1);
}

function durationOrFail(text: string, line: number): number {
  const ms = readDuration(text);
  if (ms === null) throw new TraceTextError(line, `"+${text}" is no time; expected e.g. +200ms, +3s, +5min`);
  return ms;
}

/** The shortest whole form: 3000 is `3s`, 1500 is `1500ms`. */
export function writeDuration(ms: number): string {
  for (const [unit, factor] of [['h', 3_600_000] as const, ['min', 60_000] as const, ['s', 1000] as const]) {
    if (ms >= factor && Number.isInteger(ms / factor)) return `${ms / factor}${unit}`;
  }
  return `${ms}ms`;
}

function countOrFail(text: string, line: number): number {
  if (!/^\d+$/.test(text.trim())) throw new TraceTextError(line, `"${text}" is no number`);
  return Number(text);
}

function endpointOrFail(text: string, line: number): Endpoint {
  const found = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d+)$/.exec(text);
  if (found === null) throw new TraceTextError(line, `"${text}" is no address with port; expected 192.0.2.7:1234`);
  return { address: found[1] ?? found[2] ?? '', port: Number(found[3]) };
}

/** `192.0.2.7:1234`, or `[2001:db8::1]:25`. */
export function writeEndpoint(endpoint: Endpoint): string {
  const { address, port } = endpoint;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };

function unescape(text: string, line: number): Buffer {
  const octets = Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(/\\(?:x([0-9A-Fa-f]{2})|(.?))/gs, (escape: string, hex?: string, letter?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      const meant = ESCAPES[letter ?? ''];
      if (meant === undefined)
        throw new TraceTextError(line, `"${escape}" is no escape; expected \\r \\n \\t \\\\ \\x00`);
      return meant;
    });
  return Buffer.from(octets, 'latin1');
}

/** Octets (latin1) with everything that an editor might lose or bend written as an escape. */
export function escapeOctets(octets: string): string {
  const named: Readonly<Record<string, string>> = { '\r': '\\r', '\n': '\\n', '\t': '\\t', '\\': '\\\\' };
  return octets
    .replace(/[^\x20-\x5b\x5d-\x7e]/g, (octet) => named[octet] ?? hexEscape(octet))
    .replace(/^ | $/g, hexEscape);
}

function hexEscape(octet: string): string {
  return `\\x${octet.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** Whether a line's octets can stand behind `C: ` or `S: ` as they are. */
export function isPlainText(octets: string): boolean {
  return /^[\x20-\x7e]*$/.test(octets) && !octets.endsWith(' ');
}

/** Whether the octets of a reply end in a line end, and their last line does not announce another (RFC 5321 4.2.1). */
export function isWhole(octets: string): boolean {
  if (!octets.endsWith('\r\n')) return false;
  const last = octets.slice(octets.lastIndexOf('\n', octets.length - 2) + 1);
  return !/^\d{3}-/.test(last);
}
