// Reads a Domino console log, or a text export of log.nsf, piece by piece and says why sessions end without a message.
// Streaming and bounded: text in chunks of any size, cut anywhere. Used by `explain-log` on the command line.
// No file, socket or clock is touched; which encoding the octets have is decided with log-encoding.ts.

import { newExplaining } from './explaining';
import type { Explaining, ExplainOptions } from './explaining';
import { finishCauses, sessionLost } from './log-causes';
import { sampleInput } from './log-input';
import type { LogReport } from './log-report';
import { flushHeld, LONGEST_LINE, scan } from './log-scan';
import { abandonSessions } from './log-sessions';
import { own } from './own-text';
import { summarise } from './log-summary';

export type { Explaining, ExplainOptions } from './explaining';

/**
 * Begins reading a log.
 * @throws Error when an own pattern has two fields that touch
 */
export function startExplaining(options: Partial<ExplainOptions> = {}): Explaining {
  return newExplaining(options);
}

/** Reads on. Pieces of a megabyte or so are best; where they are cut makes no difference. */
export function explainChunk(explaining: Explaining, text: string): void {
  explaining.counted.characters += text.length;
  sampleInput(explaining.input, text);
  let body = text;
  if (explaining.tail !== '') {
    // Only the cut line is put together: to join the whole piece would be to copy it.
    const end = text.indexOf('\n') + 1;
    body = end === 0 ? explaining.tail + text : text.slice(end);
    if (end > 0) scan(explaining, explaining.tail + text.slice(0, end));
    explaining.tail = '';
  }
  if (explaining.skipping) {
    const end = body.indexOf('\n');
    if (end < 0) return;
    explaining.skipping = false;
    body = body.slice(end + 1);
  }
  const last = body.lastIndexOf('\n') + 1;
  if (body.length - last > LONGEST_LINE) {
    explaining.skipping = true;
    explaining.counted.overlong += 1;
  } else explaining.tail = own(body.slice(last));
  if (last > 0) scan(explaining, body.slice(0, last));
}

/** Ends the reading and returns what was found. To be called once: the state is used up. */
export function finishExplaining(explaining: Explaining): LogReport {
  if (explaining.tail !== '') scan(explaining, `${explaining.tail}\n`);
  explaining.tail = '';
  flushHeld(explaining);
  for (const session of abandonSessions(explaining.sessions)) sessionLost(explaining.causes, session);
  finishCauses(explaining.causes);
  return summarise(explaining);
}
