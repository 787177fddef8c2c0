// One command at a time, unless PIPELINING is offered (RFC 5321 4.3.1, RFC 2920). Talking early is proved by the order of
// events; keeping quiet only where a reply was held back. Talk before the greeting is `wait-for-greeting`'s.

import { broken, inconclusive, pass, perDialogue, referTo, type Check, type TrialView } from '../check';
import type { Dialogue, Exchange } from '../dialogue';
import { forgedIn } from '../forged';
import { isOffered } from '../offer';
import { stayedQuiet } from '../waiting';

const noPipeliningUnlessAdvertised = perDialogue(
  'no-pipelining-unless-advertised',
  (dialogue, view) => {
    const early = dialogue.exchanges.filter((exchange) => isEarly(exchange, dialogue.exchanges[exchange.index - 1]));
    const commands = early.filter((exchange) => !isContent(exchange));
    const [first] = commands.length > 0 ? commands : early;
    if (first !== undefined) {
      const what = commands.length > 0 ? `${first.verb} came` : 'mail data came';
      const more = early.length === 1 ? '' : `, and ${early.length - 1} more units like it`;
      const waitedFor = dialogue.exchanges[first.index - 1];
      const found = broken(
        `${what} before the reply to ${waitedFor?.verb ?? 'the command before it'}${more}`,
        first,
        ...early.filter((exchange) => exchange !== first).slice(0, 3),
      );
      if (isMisledByForged(view, dialogue, first)) return referTo('starttls-response-injection', found);
      return commands.length > 0 ? found : referTo(contentCheck(first), found);
    }
    const quiet = dialogue.exchanges.find((exchange) => isDue(exchange) && stayedQuiet(dialogue, exchange));
    if (quiet !== undefined) return pass(`it waited for the held reply to ${quiet.verb}`, quiet);
    const any = dialogue.exchanges.find(isDue);
    return any === undefined ? null : inconclusive('no reply was held back, so waiting for it shows nothing', any);
  },
  { oneProofSuffices: true },
);

/** It had to wait for this reply. */
function isDue(exchange: Exchange): boolean {
  return exchange.verb !== 'connect' && exchange.reply !== null && !isOffered(exchange, 'PIPELINING');
}

/** Early without PIPELINING in force. Lines within a spew are one act with its first. */
function isEarly(exchange: Exchange, before: Exchange | undefined): boolean {
  const { outstanding, spew } = exchange;
  if (outstanding.state !== 'early' || before === undefined || before.verb === 'connect') return false;
  if (spew !== null && spew.lines[0] !== exchange) return false;
  return outstanding.first === null || !isOffered(outstanding.first, 'PIPELINING');
}

/** To this client a forged reply inside TLS had come: that it was believed is judged where the forgery is. */
function isMisledByForged(view: TrialView, dialogue: Dialogue, first: Exchange): boolean {
  const section = dialogue.tls.findLast(({ outcome }) => outcome?.phase === 'secured' && outcome.seq < first.seq);
  return section !== undefined && first.secured && forgedIn(view, dialogue, section) !== null;
}

function isContent(exchange: Exchange): boolean {
  return exchange.verb === 'end-of-data' || exchange.spew !== null;
}

function contentCheck(content: Exchange): string {
  const digit = content.spew?.after.reply?.digit;
  return digit === 4 || digit === 5 ? 'no-content-after-data-refused' : 'no-content-before-354';
}

export const pipeliningChecks: readonly Check[] = [noPipeliningUnlessAdvertised];
