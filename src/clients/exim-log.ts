// Reads the main log of a private Exim: which messages came in, and what became of each recipient.
// Pure: text in, values out. Used by exim. What is still queued is seen in the spool, not here.

import type { LastWord, LastWords } from './mta-lane';

export interface EximLog {
  /** Message ids of what was handed in, in that order. Bounces are not among them. */
  readonly submitted: readonly string[];
  readonly said: LastWords;
}

/** `2026-11-22 02:27:54 1xUxJ4-0002GN-2b => …`: the message id, the sign, the rest. Newer releases have longer ids. */
const LINE = /^\d{4}-\d\d-\d\d [\d:]{8} (\w{6}-\w{6,11}-\w{2,4}) (<=|=>|->|\*\*|==) (.*)$/;

/** `=>` the first recipient of a delivery, `->` another one of the same, `**` failed, `==` put off. */
const OUTCOMES: Readonly<Record<string, LastWord['outcome']>> = {
  '=>': 'accepted',
  '->': 'accepted',
  '**': 'bounced',
  '==': 'deferred',
};

/** Put off without an attempt: it says nothing new. */
const NOT_ATTEMPTED = / defer \(-5[1-4]\)/;

/** Reads a whole main log. Lines that are not about a recipient are passed over. */
export function readEximLog(text: string): EximLog {
  const submitted: string[] = [];
  const said = new Map<string, Map<string, LastWord>>();
  for (const line of text.split('\n')) {
    const [, id, sign, rest] = LINE.exec(line) ?? [];
    if (id === undefined || sign === undefined || rest === undefined) continue;
    const outcome = OUTCOMES[sign];
    if (outcome !== undefined) noteRecipient(said, id, outcome, rest);
    // A bounce names the message that it is about.
    else if (!/ R=\S/.test(rest)) submitted.push(id);
  }
  return { submitted, said };
}

function noteRecipient(
  said: Map<string, Map<string, LastWord>>,
  id: string,
  outcome: LastWord['outcome'],
  rest: string,
): void {
  if (NOT_ATTEMPTED.test(rest)) return;
  const recipient = rest.split(' ')[0]?.replace(/:$/, '') ?? '';
  const words = said.get(id) ?? new Map<string, LastWord>();
  words.set(recipient, { outcome, text: serversWords(rest) });
  said.set(id, words);
}

/** Router, transport, reason code and host, which stand between the recipient and the words. */
const ROUTING = /^\S+(?: <[^>]*>)?(?: [RT]=\S+| (?:routing )?defer \(-?\d+\)| H=\S+ \[[^\]]*\](?::\d+)?)*:? (.*)$/;

/** `C="250 OK"` when accepted; else what follows the routing data. */
function serversWords(rest: string): string {
  return / C="(.*)"/.exec(rest)?.[1] ?? ROUTING.exec(rest)?.[1] ?? rest;
}
