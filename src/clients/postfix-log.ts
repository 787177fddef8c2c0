// Reads the log of a private Postfix: which messages came in, which are still queued, what became of each recipient.
// Pure: text in, values out. Used by postfix.

import type { LastWord, LastWords } from './mta-lane';

export interface PostfixLog {
  /** Queue ids of what was handed in with sendmail, in that order. Bounces are not among them. */
  readonly submitted: readonly string[];
  /** Queue ids of all that is not yet removed, bounces included. */
  readonly queued: ReadonlySet<string>;
  readonly said: LastWords;
}

/** `Nov 22 02:26:57 client postfix/smtp[8562]: 5871C2121A9: …`: the service, the queue id, the rest. */
const LINE = /^\w{3} [ \d]\d [\d:]{8} \S+ postfix\/([\w/-]+)\[\d+\]: ([0-9A-Za-z]+): (.*)$/;

/** The recipient as it is now, the status, and the server's words. */
const DELIVERY = /^to=<(.*?)>, .*?status=(\w+) \((.*)\)$/;

const OUTCOMES: Readonly<Record<string, LastWord['outcome']>> = {
  sent: 'accepted',
  deferred: 'deferred',
  bounced: 'bounced',
};

/** Reads a whole log. Lines that are not about a message are passed over, and so is a last line still being written. */
export function readPostfixLog(text: string): PostfixLog {
  const submitted: string[] = [];
  const queued = new Set<string>();
  const said = new Map<string, Map<string, LastWord>>();
  for (const line of text.split('\n').slice(0, -1)) {
    const [, service, id, rest] = LINE.exec(line) ?? [];
    if (service === undefined || id === undefined || rest === undefined) continue;
    if (service === 'pickup' && rest.startsWith('uid=')) {
      submitted.push(id);
      queued.add(id);
    } else if (service === 'cleanup' && rest.startsWith('message-id=')) queued.add(id);
    else if (service === 'qmgr' && rest === 'removed') queued.delete(id);
    else noteDelivery(said, id, rest);
  }
  return { submitted, queued, said };
}

function noteDelivery(said: Map<string, Map<string, LastWord>>, id: string, rest: string): void {
  const [, recipient, status, text] = DELIVERY.exec(rest) ?? [];
  if (recipient === undefined || status === undefined || text === undefined) return;
  const words = said.get(id) ?? new Map<string, LastWord>();
  words.set(recipient, { outcome: OUTCOMES[status] ?? 'unknown', text });
  said.set(id, words);
}
