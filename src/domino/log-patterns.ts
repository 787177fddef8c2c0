// What the lines of a Domino log mean, as data: the wordings that log.ts writes turned round, and looser ones for the
// lines whose exact words were never found. Each with source and confidence; a user's own patterns go before all of them.
// Used by explain-log.ts. Literal texts with fields, no regular expressions (line-template.ts).

import type { Confidence } from '../scenario/persona';
import { lineTemplate, matchTemplate } from './line-template';
import type { LineTemplate } from './line-template';
import { LOG_WORDINGS } from './log-wording';
import type { WordingId } from './log-wording';

/** What a line says about its session. */
export const LINE_MEANINGS = [
  'connected',
  'disconnected',
  'originator',
  'recipient',
  'message',
  'refused-blacklist',
  'refused-sender',
  'refused-recipient',
  'refused-relay',
  'refused-host',
  'refused-other',
  'authentication-failed',
  'authenticated',
  'tls-secured',
  'tls-failed',
  'error-limit',
  'timed-out',
  'handlers-exhausted',
  /** The task was started or stopped: every open session is over. */
  'restarted',
  /** Known, and without meaning for any session. */
  'aside',
] as const;
export type LineMeaning = (typeof LINE_MEANINGS)[number];

/** A pattern as somebody writes it: the line behind "SMTP Server:" with fields; `{peer}` names the host, others are free. */
export interface LinePattern {
  readonly text: string;
  readonly means: LineMeaning;
  readonly source: string;
  readonly confidence: Confidence;
}

export interface CompiledPattern extends LinePattern {
  readonly template: LineTemplate;
  /** Positions of the fields that are used; -1 when the pattern has none of that name. */
  readonly peer: number;
  readonly count: number;
  readonly sender: number;
}

/** In the order in which they are tried: by how often a log has them. */
const MEANINGS: readonly (readonly [WordingId, LineMeaning])[] = [
  ['connected', 'connected'],
  ['disconnected', 'disconnected'],
  ['recipient', 'recipient'],
  ['originator', 'originator'],
  ['message', 'message'],
  ['authentication-failed', 'authentication-failed'],
  ['authentication-succeeded', 'authenticated'],
  ['blacklisted', 'refused-blacklist'],
  ['private-blacklisted', 'refused-blacklist'],
  ['host-unnamed', 'refused-host'],
  ['host-denied', 'refused-host'],
  ['relay-denied', 'refused-relay'],
  ['sender-denied', 'refused-sender'],
  ['sender-domain-unknown', 'refused-sender'],
  ['sender-mismatch', 'refused-sender'],
  ['recipient-ambiguous', 'refused-recipient'],
  ['recipient-group', 'refused-recipient'],
  ['recipient-denied', 'refused-recipient'],
  ['recipient-unknown', 'refused-recipient'],
  ['too-many-recipients', 'refused-other'],
  ['size-exceeded', 'refused-other'],
  ['error-limit', 'error-limit'],
  ['idle-timeout', 'timed-out'],
  ['too-many-connections', 'handlers-exhausted'],
  ['tls-secured', 'tls-secured'],
  ['tls-failed', 'tls-failed'],
  ['starting', 'restarted'],
  ['started', 'restarted'],
  ['already-running', 'aside'],
  ['shutting-down', 'aside'],
  ['shut-down', 'restarted'],
  ['updating-configuration', 'aside'],
  ['updated-configuration', 'aside'],
];

const loose = (text: string, means: LineMeaning): LinePattern => ({
  text,
  means,
  source: 'words that such a line can hardly do without',
  confidence: 'inferred',
});

/** Tried last. The peer of such a line is the address that stands in it, if one does. */
const LOOSE: readonly LinePattern[] = [
  loose('{before}blacklist{after}', 'refused-blacklist'),
  loose('{before}Blacklist{after}', 'refused-blacklist'),
  loose('{before}elay{between}rejected for policy reasons{after}', 'refused-relay'),
  loose('Mail from {before}rejected for policy reasons{after}', 'refused-sender'),
  loose('Connection from {before}rejected for policy reasons{after}', 'refused-host'),
  loose('{before}ecipient{between}rejected for policy reasons{after}', 'refused-recipient'),
  loose('{before}rejected for policy reasons{after}', 'refused-other'),
  loose('{before}not listed in Domino Directory{after}', 'refused-recipient'),
  loose('Message rejected{after}', 'refused-other'),
  loose('Authentication is not enabled{after}', 'authentication-failed'),
  loose('{before}aximum number of {between}sessions{after}', 'handlers-exhausted'),
  loose('SSL {before}handshake{after}', 'tls-failed'),
  loose('TLS {before}handshake{after}', 'tls-failed'),
];

export function compilePattern(pattern: LinePattern): CompiledPattern {
  const template = lineTemplate(pattern.text);
  const field = (name: string): number => template.fields.indexOf(name);
  const peer = field('peer') >= 0 ? field('peer') : field('address');
  return { ...pattern, template, peer, count: field('count'), sender: field('sender') };
}

const FROM_WORDINGS: readonly LinePattern[] = MEANINGS.map(([id, means]) => ({ ...LOG_WORDINGS[id], means }));

const BUILT_IN: readonly CompiledPattern[] = [...FROM_WORDINGS, ...LOOSE].map(compilePattern);

/** The list to try, first match wins. @throws Error when an own pattern has two fields that touch */
export function linePatterns(own: readonly LinePattern[] = []): readonly CompiledPattern[] {
  return own.length === 0 ? BUILT_IN : [...own.map(compilePattern), ...BUILT_IN];
}

export interface Recognised {
  readonly pattern: CompiledPattern;
  /** As written in the log: `mail.example.com (192.168.0.1)`; null when the line names no host. */
  readonly peer: string | null;
  readonly count: number;
  readonly sender: string | null;
}

/** What a message of the SMTP task says; null when no pattern fits. */
export function recognise(text: string, patterns: readonly CompiledPattern[]): Recognised | null {
  for (const pattern of patterns) {
    const values = matchTemplate(pattern.template, text);
    if (values === null) continue;
    const count = pattern.count < 0 ? 0 : Number(values[pattern.count]);
    if (!Number.isInteger(count)) continue;
    const peer = pattern.peer >= 0 ? (values[pattern.peer] ?? '') : isLoose(pattern) ? addressIn(text) : null;
    // A host is one word, or `name (address)`: "Router has connected" is no session of ours.
    if (peer !== null && pattern.peer >= 0 && !isPeer(peer)) continue;
    return { pattern, peer, count, sender: pattern.sender < 0 ? null : (values[pattern.sender] ?? null) };
  }
  return null;
}

const isLoose = (pattern: CompiledPattern): boolean =>
  pattern.peer < 0 && pattern.means !== 'originator' && pattern.means !== 'recipient';

function isPeer(text: string): boolean {
  const blank = text.indexOf(' ');
  return text !== '' && (blank < 0 || (text[blank + 1] === '(' && text.endsWith(')')));
}

const ADDRESS = /(?:\d{1,3}\.){3}\d{1,3}|\[?[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}\]?/i;

function addressIn(text: string): string | null {
  return ADDRESS.exec(text)?.[0] ?? null;
}

/** What tells one host from another: the address, out of `name (address)` or `[address]`, else the name. */
export function hostKey(peer: string): string {
  if (peer.endsWith(')')) return peer.slice(peer.lastIndexOf('(') + 1, -1);
  if (peer.startsWith('[') && peer.endsWith(']')) return peer.slice(1, -1);
  return peer;
}
