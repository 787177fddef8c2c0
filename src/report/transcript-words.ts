// The words for what happens besides commands and replies: steps, TLS, ends, facts. One sentence each, used by
// transcript-telling.ts. Whether something stands out as an anomaly is decided here too, by its kind alone.

import { credentialsIn } from '../smtp/credentials';
import { visible } from '../wire/octets';
import type {
  ClosedEvent,
  ClosingEvent,
  CommandEvent,
  ConnectedEvent,
  ContentFacts,
  HoldEndedEvent,
  MessageEvent,
  NoteEvent,
  PeerEvent,
  StepEvent,
  TlsEvent,
} from '../wire/trace-event';
import { writeEndpoint } from '../wire/trace-text-line';
import { counted, spanText, type Row } from './transcript-style';

/** What a sentence is about stands out, or does not. */
export type Words = Pick<Row, 'mark' | 'text' | 'tone'>;

/** RFC 5321 4.5.3.1.6: 1000 octets with its CRLF. */
const LONGEST_TEXT_LINE = 998;

export function aside(text: string): Words {
  return { mark: '', text, tone: 'aside' };
}

export function anomaly(text: string): Words {
  return { mark: '!', text, tone: 'anomaly' };
}

export function connectedWords(event: ConnectedEvent): Words {
  const proxy = event.proxiedBy === undefined ? '' : `, through the proxy ${writeEndpoint(event.proxiedBy)}`;
  const tls = event.implicitTls === true ? '; TLS comes first' : '';
  return aside(`connected from ${writeEndpoint(event.peer)}${proxy}${tls}`);
}

export function stepWords(step: StepEvent): Words {
  const { ms, octets = 0 } = step;
  const long = ms === undefined ? null : spanText(ms);
  const detail = step.detail === undefined ? '' : visible(step.detail);
  const behind = detail === '' ? '' : `: ${detail}`;
  switch (step.step) {
    case 'wait':
      return aside(`waits ${long ?? ''}`.trimEnd() + behind);
    case 'hold':
      return aside(`holds the reply back${long === null ? '' : `, for at most ${long}`}${behind}`);
    case 'mute':
      return aside(
        `mute: says nothing ${long === null ? 'from here on' : `for ${long}`}, but reads and records${behind}`,
      );
    case 'deaf':
      return aside(`deaf: reads nothing ${long === null ? 'from here on' : `for ${long}`}${behind}`);
    case 'ignore':
      return aside(`gives no reply${behind}`);
    case 'set':
      return aside(detail === '' ? 'sets a value' : detail);
    case 'swallow':
      return aside(`reads the mail data to its end and gives no second answer${behind}`);
    case 'discard':
      return anomaly(`${counted(octets, 'octet')} thrown away unread${behind}`);
    case 'look-up':
      return aside(`looks up ${detail}`);
    case 'next':
      return aside(detail === '' ? 'goes on' : detail);
  }
}

/**
 * @param firstInputMs when, counted from its begin, the first octets came; null when none came or they lay there before
 */
export function holdWords(hold: HoldEndedEvent, firstInputMs: number | null): Words {
  const held = `held back ${spanText(hold.heldMs)}`;
  const octets = counted(hold.octets, 'octet');
  if (hold.octets > 0 && hold.by !== 'stopped') {
    const talked = firstInputMs === null ? 'had talked on already' : `talked on after ${spanText(firstInputMs)}`;
    return anomaly(`${held}: the client ${talked} (${octets})${hold.by === 'peer-closed' ? ', then closed' : ''}`);
  }
  switch (hold.by) {
    case 'input':
    case 'time':
      return aside(`${held}: the client waited`);
    case 'peer-closed':
      return anomaly(`${held}: the client closed`);
    case 'stopped':
      return aside(`${held}: then the server ended it`);
  }
}

export function tlsWords(tls: TlsEvent): Words {
  const reason = tls.reason === undefined ? '' : `: ${visible(tls.reason)}`;
  switch (tls.phase) {
    case 'started':
      return aside('TLS handshake');
    case 'secured': {
      const facts = [tls.protocol, tls.cipher].filter((fact) => fact !== undefined && fact !== '');
      if (tls.servername !== undefined) facts.push(`for ${visible(tls.servername)}`);
      return aside(`TLS from here on${facts.length === 0 ? '' : `: ${facts.join(', ')}`}`);
    }
    case 'failed':
      return anomaly(`the TLS handshake failed${reason}`);
    case 'client-hello':
      return anomaly(reason === '' ? 'a TLS ClientHello where a command was expected' : `TLS out of place${reason}`);
    case 'closed':
      return aside(`TLS closed${reason}`);
  }
}

export function peerWords(peer: PeerEvent): Words {
  const reason = peer.reason === undefined ? '' : `: ${visible(peer.reason)}`;
  switch (peer.what) {
    case 'fin':
      return aside(`the client closes (FIN)${reason}`);
    case 'reset':
      return anomaly(`the client resets the connection (RST)${reason}`);
    case 'write-failed':
      return anomaly(`the server could not write${reason}`);
  }
}

const CLOSING: Readonly<Record<ClosingEvent['how'], string>> = {
  close: 'the server closes (FIN)',
  'half-close': 'the server closes its direction (FIN) and reads on',
  reset: 'the server resets the connection (RST)',
  destroy: 'the server drops the connection',
};

export function closingWords(closing: ClosingEvent): Words {
  return aside(CLOSING[closing.how]);
}

const ENDS: Readonly<Record<ClosedEvent['how'], string>> = { fin: 'FIN', reset: 'RST', destroyed: 'dropped' };

export function closedWords(closed: ClosedEvent): Words {
  return aside(`closed; the ${closed.by} ended it first (${ENDS[closed.how]})`);
}

const FACTS: Readonly<Record<NoteEvent['fact'], string>> = {
  'lf-without-cr': '!bare LF',
  'cr-without-lf': '!bare CR',
  'limit-tripped': '!limit tripped',
  'early-talker': '!talked before the greeting',
  'unadvertised-pipelining': '!pipelined although PIPELINING is not offered',
  blacklisted: '!blacklisted',
  'handler-waited': 'waited for a free handler',
  'bounced-input': '!input bounced',
  'config-changed': 'the configuration changed',
  'reading-paused': 'reading paused',
  'reading-resumed': 'reading again',
  path: 'on the path',
  'trace-bounded': '!the trace is bounded',
  authenticated: 'authenticated',
  'authentication-failed': '!authentication failed',
  saved: 'saved',
  'save-failed': '!could not be saved',
  state: 'state',
};

/** A fact that stands out has a `!` before its words. */
export function noteWords(note: NoteEvent): Words {
  const words = FACTS[note.fact];
  const detail = note.detail === '' ? '' : `: ${visible(note.detail)}`;
  return words.startsWith('!') ? anomaly(words.slice(1) + detail) : aside(words + detail);
}

/** What is wrong with a command line by itself; RFC 5321 2.3.8 for its end. */
export function lineFaults(command: CommandEvent): readonly string[] {
  const faults: string[] = [];
  if (command.terminator === 'LF') faults.push('bare LF');
  if (command.terminator === 'CR') faults.push('bare CR');
  if (command.terminator === 'none') faults.push('no line end: the client went away');
  if (command.cut === true) faults.push(`cut: the line has ${counted(command.length, 'octet')}`);
  return faults;
}

/** Mail data in one sentence: how much, what kind, and the digest to find it by. */
export function contentText({ size, facts, digest }: MessageEvent): string {
  const parts = [`${counted(size, 'octet')} of mail data`, counted(facts.lines, 'line')];
  if (facts.eightBit) parts.push('8 bit');
  if (facts.stuffedDots > 0) parts.push(counted(facts.stuffedDots, 'stuffed dot'));
  return [...parts, `sha256 ${digest.slice(0, 12)}…`].join(', ');
}

/** What is wrong with mail data by itself. */
export function contentFaults(facts: ContentFacts): readonly string[] {
  const faults: string[] = [];
  if (facts.bareLf > 0) faults.push(`bare LF (${facts.bareLf})`);
  if (facts.bareCr > 0) faults.push(`bare CR (${facts.bareCr})`);
  if (facts.nul > 0) faults.push(`NUL (${facts.nul})`);
  if (facts.longestLine > LONGEST_TEXT_LINE) {
    faults.push(`a line of ${counted(facts.longestLine, 'octet')}, longer than ${LONGEST_TEXT_LINE}`);
  }
  if (facts.unstuffedDots > 0) faults.push(`${counted(facts.unstuffedDots, 'line')} with a dot that was not stuffed`);
  for (const { sequence, offset } of facts.smuggling) {
    faults.push(`${visible(sequence)} at octet ${offset}, which another server may take for the end`);
  }
  return faults;
}

/** Beyond this a line is shown in part, unless all octets are asked for. */
const SHOWN_OCTETS = 400;

/**
 * Octets for people: everything unprintable escaped, and a blank at the end made visible.
 * @param whole also what makes a line very long
 */
export function spokenText(octets: string, whole: boolean): string {
  const shown = whole || octets.length <= SHOWN_OCTETS ? octets : octets.slice(0, SHOWN_OCTETS);
  const text = visible(shown).replace(/ $/, '\\x20');
  return shown.length === octets.length ? text : `${text} … (${counted(octets.length, 'octet')})`;
}

/** Octets line by line. CRLF is left out; any other line end is escaped like everything else. */
export function spokenLines(octets: string, whole: boolean): readonly string[] {
  return octets.split(/(?<=\n)/).map((piece) => spokenText(piece.endsWith('\r\n') ? piece.slice(0, -2) : piece, whole));
}

/**
 * Octets in quotes, cut to what one line can hold, without credentials (RFC 4954): while a connection lasts, the record may
 * still have them.
 * @param behindAuth they begin in the middle of an exchange
 */
export function quoted(octets: string, behindAuth: boolean): string {
  const masked = credentialsIn(octets, behindAuth).reduce(
    (text, [from, to]) => text.slice(0, from) + '*'.repeat(to - from) + text.slice(to),
    octets,
  );
  const shown = masked.replace(/^(AUTH[ \t]+\S+[ \t]+)\S+/gim, '$1****');
  return `"${visible(shown.slice(0, 60))}"${shown.length > 60 ? ' …' : ''}`;
}
