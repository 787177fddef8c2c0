// The extra console lines of SMTPDebugIO: octet counts, then what was received (`R:`) and sent (`S:`), CRLF written out.
// Used by log.ts. Documented are levels 0 (nothing), 1 (counts) and 3 (data); what 2 and 4 add is our reading, and the
// debug file that Domino wants for them (debug_outfile) is the faces' business.

import type { TraceEvent } from '../wire/trace-event';
import type { Mode } from '../smtp/vocabulary';
import type { WordingId } from './log-wording';

export interface DebugLine {
  readonly id: WordingId;
  readonly values: Readonly<Record<string, string>>;
}

/** `220 Ready to start TLS<CRLF>`: as the debug lines show what cannot be printed. */
function visible(octets: string): string {
  return octets.replace(/\r\n/g, '<CRLF>').replace(/\r/g, '<CR>').replace(/\n/g, '<LF>');
}

/** Mail data one line each, so that a debug file stays readable. */
function dataLines(octets: string): DebugLine[] {
  const lines = octets.split(/(?<=\n)/).filter((text) => text !== '');
  return lines.map((text) => ({ id: 'debug-received', values: { line: visible(text) } }));
}

/**
 * @param level 1 octet counts; 2 and the commands received; 3 and the replies sent; 4 and the mail data received
 * @param mode how the client's octets are being read, for telling mail data from commands
 */
export function debugLines(event: TraceEvent, peer: string, mode: Mode, level: 1 | 2 | 3 | 4): readonly DebugLine[] {
  switch (event.type) {
    case 'received': {
      if (event.layer !== 'plain') return [];
      const count: DebugLine = { id: 'debug-received-octets', values: { octets: String(event.length), peer } };
      const data = level === 4 && (mode === 'content' || mode === 'bdat');
      return [count, ...(data ? dataLines(event.octets?.toString('latin1') ?? '') : [])];
    }
    case 'sent':
      return event.layer === 'plain'
        ? [{ id: 'debug-sent-octets', values: { octets: String(event.length), peer } }]
        : [];
    case 'command':
      return level >= 2 ? [{ id: 'debug-received', values: { line: event.line } }] : [];
    case 'reply': {
      // A reply stands for its octets on the plain layer; only pieces of a dribbled one have events of their own.
      const octets = { octets: String(event.octets.length), peer };
      return [
        ...(event.dribbled === true ? [] : [{ id: 'debug-sent-octets', values: octets } as const]),
        ...(level >= 3 ? [{ id: 'debug-sent', values: { line: visible(event.octets) } } as const] : []),
      ];
    }
    default:
      return [];
  }
}
