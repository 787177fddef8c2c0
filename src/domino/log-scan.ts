// Finds the lines of the SMTP task in a piece of a log and reads them; all others cost no more than the search that passes
// over them. Lines that an export has wrapped are joined again. Used by explain-log.ts.
// What a line means for its session is log-apply.ts' business.

import { apply, tell } from './log-apply';
import type { Explaining } from './explaining';
import { hostKey, recognise } from './log-patterns';
import { newDateReading, readHead, readLogLine, TASK } from './log-reader';
import { addEvidence, findSession } from './log-sessions';
import { own } from './own-text';

/** Characters beyond which a line is no log's. */
export const LONGEST_LINE = 65_536;
const LINE_FEED = 10;
const MOST_THREADS = 4096;
/** A wrapped line has at most this many pieces. */
const MOST_PIECES = 4;

/**
 * What a line must hold to be looked at: one fast search per chunk for each, and no work at all for lines between.
 * `] S: ` and `> Sent ` are of the debug log, `smtp: ` has the directory's word on a failed authentication.
 */
const NEEDLES = [TASK, '] S: ', 'StateMachine> Sent ', 'smtp: '] as const;

/** Reads whole lines: `body` ends with a line end. */
export function scan(explaining: Explaining, body: string): void {
  const next: number[] = NEEDLES.map((needle) => body.indexOf(needle));
  let from = 0;
  for (;;) {
    while (explaining.held !== null && from < body.length) {
      const end = body.indexOf('\n', from);
      if (!joinHeld(explaining, body.slice(from, end))) break;
      from = end + 1;
    }
    let which = -1;
    let found = Infinity;
    for (let index = 0; index < NEEDLES.length; index += 1) {
      let at = next[index] ?? -1;
      if (at >= 0 && at < from) {
        at = body.indexOf(NEEDLES[index] ?? '', from);
        next[index] = at;
      }
      if (at >= 0 && at < found) {
        found = at;
        which = index;
      }
    }
    if (which < 0) return;
    // Step by step: a search backwards is slower than the few characters of a date.
    let start = found;
    while (start > from && body.charCodeAt(start - 1) !== LINE_FEED) start -= 1;
    const end = body.indexOf('\n', found);
    if (end - start <= LONGEST_LINE) readLine(explaining, body.slice(start, end), which, found - start);
    else explaining.counted.overlong += 1;
    from = end + 1;
  }
}

function readLine(explaining: Explaining, line: string, needle: number, at: number): void {
  switch (NEEDLES[needle]) {
    case TASK: {
      const read = readLogLine(line, at, explaining.reading);
      if (read === null || read.text === '') return;
      const recognised = recognise(read.text, explaining.patterns);
      if (recognised !== null) {
        apply(explaining, recognised, read.at);
        return;
      }
      const text = own(read.text);
      explaining.held = { text, at: read.at, joined: text, pieces: 1 };
      return;
    }
    case '] S: ':
      return readDebugReply(explaining, line.slice(line.lastIndexOf('[', at) + 1, at), line.slice(at + 5));
    case 'StateMachine> Sent ': {
      const to = line.indexOf(' bytes to ', at);
      const open = line.lastIndexOf('[', at);
      const peer = to < 0 ? '' : line.slice(to + 10).trim();
      if (peer === '' || open < 0) return;
      if (explaining.debugHosts.size >= MOST_THREADS) explaining.debugHosts.clear();
      explaining.debugHosts.set(own(line.slice(open + 1, line.indexOf(']', open))), own(hostKey(peer)));
      return;
    }
    default:
      return readDirectoryLine(explaining, line, at);
  }
}

/** `smtp: user [1.2.3.4] authentication failure using internet password`, which newer releases write beside their own. */
function readDirectoryLine(explaining: Explaining, line: string, at: number): void {
  const failure = line.indexOf('] authentication failure', at);
  const open = failure < 0 ? -1 : line.lastIndexOf('[', failure);
  if (open < at) return;
  const head = readHead(line.slice(0, at), explaining.reading);
  explaining.counted.recognised += 1;
  tell(explaining, line.slice(open + 1, failure), 'authentication-failed', 'seen', head?.at ?? null);
}

/** A reply in the debug log: only refusals tell anything, above all the echo of a command that nobody sent so. */
function readDebugReply(explaining: Explaining, thread: string, reply: string): void {
  const host = explaining.debugHosts.get(thread) ?? null;
  const session = findSession(explaining.sessions, host);
  if (session === null) return;
  const echo = reply.indexOf('command "');
  if (reply.startsWith('500') && echo >= 0) {
    if (reply.startsWith('XXXX', echo + 9)) session.overwritten += 1;
    else session.unrecognised += 1;
  } else if (reply.startsWith('550')) addEvidence(session, 'refused-recipient', 'seen');
  else if (reply.startsWith('554')) addEvidence(session, 'refused-other', 'seen');
}

/** Joins the next line to a held one. Returns whether the line was taken. */
function joinHeld(explaining: Explaining, line: string): boolean {
  const { held } = explaining;
  if (held === null) return false;
  const piece = line.trim();
  const goesOn =
    piece !== '' && held.pieces < MOST_PIECES && !line.includes(TASK) && readHead(line, newDateReading(null)) === null;
  if (!goesOn) {
    flushHeld(explaining);
    return false;
  }
  for (const joined of [`${held.joined} ${piece}`, held.joined + piece]) {
    const recognised = recognise(joined, explaining.patterns);
    if (recognised === null) continue;
    explaining.held = null;
    apply(explaining, recognised, held.at);
    return true;
  }
  explaining.held = { ...held, joined: own(`${held.joined} ${piece}`), pieces: held.pieces + 1 };
  return true;
}

/** Gives up a held line as unknown. */
export function flushHeld(explaining: Explaining): void {
  const { held } = explaining;
  if (held === null) return;
  explaining.held = null;
  // Numbers and addresses apart, equal lines are one kind.
  const kind = held.text.slice(0, 200).replace(/\d+/g, '#');
  const counter = explaining.unknownLines.add(kind);
  if (counter.value.sample === '') counter.value.sample = held.text.slice(0, 300);
}
