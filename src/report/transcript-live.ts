// The transcript as it happens, for `serve`: rows of several connections as their events come, each with the number of
// its connection in the margin. Times count from the begin of each connection, as they do in the saved transcript.

import type { TraceEvent } from '../wire/trace-event';
import { layOut, type Look } from './transcript-style';
import { Telling, type TellingOptions } from './transcript-telling';

export interface LiveTranscript {
  /**
   * @param connection the number of the connection that the event belongs to
   * @returns lines to print now, without line ends; often none
   */
  event(connection: number, event: TraceEvent): readonly string[];
}

/**
 * Made once for a server. A connection's state is let go with its `closed` event.
 * @param options `width` includes the margin
 */
export function liveTranscript(options: TellingOptions & Look): LiveTranscript {
  const open = new Map<number, Telling>();
  return {
    event(connection, event) {
      const telling = open.get(connection) ?? new Telling(options);
      open.set(connection, telling);
      const rows = [...telling.tell(event)];
      if (event.type === 'closed') {
        open.delete(connection);
        rows.push(...telling.sum());
      }
      const margin = `${`#${connection}`.padEnd(4)} `;
      return rows.flatMap((row) => layOut(row, options, margin));
    },
  };
}
