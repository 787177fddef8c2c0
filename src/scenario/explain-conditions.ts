// `when:` in English. Used by explain.ts, and by the transcript to say why a rule did not match.

import { compilePattern } from './pattern';
import { formatRange } from './range';
import type { Conditions, StateMatch } from './scenario';

function explainState(state: StateMatch): string {
  if (!state.set) return `the state ${state.name} is not set`;
  const value = state.value === undefined ? 'is set' : `is "${state.value}"`;
  const age = state.age === undefined ? '' : ` for ${formatRange(state.age, 'duration')}`;
  return `the state ${state.name} ${state.value === undefined && age !== '' ? 'has been set' : value}${age}`;
}

const PATTERN_NOUNS = {
  sender: 'the sender',
  recipient: 'the recipient',
  argument: 'the argument',
  line: 'the line',
  peer: "the client's address",
  helo: 'the EHLO name',
  mechanism: 'the SASL mechanism',
  user: 'the user name',
} as const;

const FLAG_CLAUSES = {
  tls: ['the session is inside TLS', 'the session is not inside TLS'],
  esmtp: ['the client greeted with EHLO', 'the client did not greet with EHLO'],
  authenticated: ['the client is authenticated', 'the client is not authenticated'],
  early: ['the line came before the reply it had to wait for', 'the line waited for its reply'],
  last: ['it is the last chunk', 'it is not the last chunk'],
} as const;

const RANGE_CLAUSES = {
  connection: ['the number of the connection is', 'count'],
  nth: ['the number of this event in the session is', 'count'],
  octets: ['the octets received so far are', 'size'],
  chunkOctets: ['the announced size of the chunk is', 'size'],
  chunk: ['the number of the chunk is', 'count'],
  recipients: ['the number of accepted recipients is', 'count'],
} as const;

function entriesOf<Table extends object>(table: Table): readonly [keyof Table, Table[keyof Table]][] {
  return Object.entries(table) as [keyof Table, Table[keyof Table]][];
}

function clauses(when: Conditions): readonly string[] {
  const said: string[] = [];
  for (const [key, [words, measure]] of entriesOf(RANGE_CLAUSES)) {
    const range = when[key];
    if (range !== undefined) said.push(`${words} ${formatRange(range, measure)}`);
  }
  for (const [key, noun] of entriesOf(PATTERN_NOUNS)) {
    const source = when[key];
    if (source === '') said.push(`${noun} is empty`);
    else if (source !== undefined) said.push(`${noun} ${compilePattern(source).explain()}`);
  }
  if (when.mode !== undefined) said.push(`the session is in ${when.mode} mode`);
  for (const [key, [yes, no]] of entriesOf(FLAG_CLAUSES)) {
    const flag = when[key];
    if (flag !== undefined) said.push(flag ? yes : no);
  }
  said.push(...(when.states ?? []).map(explainState));
  if (when.not !== undefined) said.push(`not (${explainConditions(when.not)})`);
  return said;
}

/** @returns clauses joined by "and": `the recipient matches "slow@*" and the session is inside TLS`; empty for none */
export function explainConditions(when: Conditions): string {
  return clauses(when).join(' and ');
}
