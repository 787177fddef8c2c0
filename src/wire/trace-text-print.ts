// Prints traces in the text form of docs/trace-text.md. What the reader works out by itself (units, modes, facts) is left
// out, and of the layers only `plain` is shown. Used through trace-text.ts.

import type { Source, TraceEvent, TraceRecord } from './trace-event';
import { escapeOctets, isPlainText, isWhole, writeDuration, writeEndpoint } from './trace-text-line';

interface Printing {
  readonly lines: string[];
  /** The connection of the last header. */
  connection: number | null;
  readonly introduced: Set<number>;
  at: number;
  /** Per connection: who decided the last reply or step, and the dribbled reply under way. */
  readonly sources: Map<number, Source>;
  readonly dribbling: Map<number, { readonly end: number }>;
  /** Units that some reply answers. */
  readonly answered: ReadonlySet<number>;
  /** Per connection: the last unit, as long as nothing was said to it. */
  readonly open: Map<number, number>;
}

/**
 * Prints traces, in the order of their events over all connections.
 * @returns lines ending in LF; `readTraceText` makes the same records of it when they came from a text
 */
export function printTraceText(records: readonly TraceRecord[]): string {
  const events = records
    .flatMap((record) => record.events.map((event) => ({ connection: record.connection, event })))
    .sort((one, other) => one.event.seq - other.event.seq);
  const out: Printing = {
    lines: [],
    connection: null,
    introduced: new Set(),
    at: 0,
    sources: new Map(),
    dribbling: new Map(),
    answered: new Set(events.map(({ event }) => (event.type === 'reply' ? (event.answers ?? 0) : 0))),
    open: new Map(),
  };
  for (const { connection, event } of events) {
    const lines = linesOf(out, connection, event);
    followUnit(out, connection, event);
    if (lines.length === 0) continue;
    if (event.type !== 'connected' && out.connection !== connection) out.lines.push(`# connection ${connection}`);
    out.connection = connection;
    const passed = Math.round((event.at - out.at) * 1000) / 1000;
    if (passed > 0) {
      // A new connection's time stands before its header, behind the last line of another one.
      out.lines.push(`+${writeDuration(passed)}`);
      out.at = event.at;
    }
    out.lines.push(...lines);
  }
  return `${out.lines.join('\n')}\n`;
}

/** Keeps in mind whether the last unit still waits, because `S\:` says the last word to it and `S\?:` does not. */
function followUnit(out: Printing, connection: number, event: TraceEvent): void {
  if (event.type === 'connected' || event.type === 'command' || event.type === 'message') {
    out.open.set(connection, event.seq);
  } else if (event.type === 'reply' || (event.type === 'step' && event.step === 'ignore')) out.open.delete(connection);
}

function linesOf(out: Printing, connection: number, event: TraceEvent): string[] {
  switch (event.type) {
    case 'connected': {
      const { peer, local, server, implicitTls, proxiedBy } = event;
      const words = [`# connection ${connection} from ${writeEndpoint(peer)} to ${writeEndpoint(local)}`];
      if (server !== 0) words.push(`server ${server}`);
      if (proxiedBy !== undefined) words.push(`proxied-by ${writeEndpoint(proxiedBy)}`);
      if (implicitTls === true) words.push('implicit-tls');
      return [words.join(' ')];
    }
    case 'received':
      return event.layer === 'plain' ? clientLines(event.octets, event.length) : [];
    case 'reply':
      return replyLines(out, connection, event);
    case 'sent':
      return pieceLines(out, connection, event);
    case 'step': {
      if (event.step === 'discard' && event.source.kind === 'default') return [];
      const words = ['S!', event.step];
      if (event.ms !== undefined) words.push(writeDuration(event.ms));
      else if (event.octets !== undefined) words.push(String(event.octets));
      if (event.detail !== undefined) words.push(event.detail);
      const ours = event.source.kind === 'rule' && event.source.rule === 'text';
      return [...(ours ? [] : sourceLines(out, connection, event.source)), words.join(' ')];
    }
    case 'note':
      return [`S! note ${event.fact} ${event.detail}`.trimEnd()];
    case 'tls': {
      if (event.phase === 'started') return [];
      const { protocol, cipher, reason, servername } = event;
      const words = [protocol, cipher, reason, servername === undefined ? undefined : `servername=${servername}`];
      return [['TLS', event.phase, ...words.filter((word) => word !== undefined)].join(' ')];
    }
    case 'peer': {
      const word = { fin: 'FIN', reset: 'RST', 'write-failed': 'write-failed' }[event.what];
      return [`C- ${word} ${event.reason ?? ''}`.trimEnd()];
    }
    case 'closing': {
      const word = { close: 'FIN', 'half-close': 'half-close', reset: 'RST', destroy: 'destroy' }[event.how];
      return [...sourceLines(out, connection, event.source), `S- ${word}`];
    }
    case 'command':
    case 'reply-ended':
    case 'message':
    case 'chunk':
    case 'hold-ended':
    case 'mode':
    case 'offered':
    case 'closed':
      return [];
  }
}

function clientLines(octets: Buffer | undefined, length: number): string[] {
  if (octets === undefined) return [`C~ ${length}`];
  return octets
    .toString('latin1')
    .split(/(?<=\r\n)/)
    .map((piece, index) => {
      const line = piece.endsWith('\r\n') ? piece.slice(0, -2) : null;
      if (line !== null && isPlainText(line)) return `C${index === 0 ? ':' : '|'} ${line}`.trimEnd();
      return `C\\${index === 0 ? ':' : '|'} ${escapeOctets(piece)}`;
    });
}

function replyLines(out: Printing, connection: number, event: TraceEvent & { type: 'reply' }): string[] {
  const source = sourceLines(out, connection, event.source);
  const { octets } = event;
  const open = out.open.get(connection);
  if (event.raw === true && event.as === undefined && open !== undefined && !out.answered.has(open)) {
    return [...source, `S\\: ${escapeOctets(octets)}`];
  }
  if (event.unsolicited === true) {
    const line = octets.slice(0, -2);
    const plain = event.raw !== true && octets.endsWith('\r\n') && isReplyLine(line);
    return [...source, plain ? `S? ${line}` : `S\\?: ${escapeOctets(octets)}`];
  }
  if (event.raw === true) return [...source, `S\\${event.as ?? ''}: ${escapeOctets(octets)}`];
  if (event.dribbled === true) {
    out.dribbling.set(connection, { end: event.offset + event.length });
    return source;
  }
  if (!isWhole(octets)) return [...source, `S\\${event.code ?? ''}: ${escapeOctets(octets)}`];
  return [...source, ...serverLines(octets)];
}

function pieceLines(out: Printing, connection: number, event: TraceEvent & { type: 'sent' }): string[] {
  const dribble = out.dribbling.get(connection);
  if (dribble === undefined || event.layer !== 'plain') return [];
  if (event.offset + event.length >= dribble.end) out.dribbling.delete(connection);
  return event.octets === undefined ? [] : serverLines(event.octets.toString('latin1'));
}

function serverLines(octets: string): string[] {
  return octets.split(/(?<=\r\n)/).map((piece) => {
    const line = piece.slice(0, -2);
    return piece.endsWith('\r\n') && isReplyLine(line) ? `S: ${line}` : `S> ${escapeOctets(piece)}`;
  });
}

function isReplyLine(line: string): boolean {
  return isPlainText(line) && /^\d{3}(?:[ -].*)?$/.test(line);
}

function sourceLines(out: Printing, connection: number, source: Source): string[] {
  const before = out.sources.get(connection) ?? { kind: 'default' };
  const words = sourceWords(source);
  if (words === sourceWords(before)) return [];
  out.sources.set(connection, source);
  return [`S! by ${words}`];
}

function sourceWords(source: Source): string {
  switch (source.kind) {
    case 'rule':
      return `rule ${source.rule}`;
    case 'policy':
      return `policy ${source.policy}`;
    case 'persona':
      return `persona ${source.situation}`;
    case 'default':
      return 'default';
  }
}
