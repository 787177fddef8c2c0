// Going by the class of a code, whatever stands beside it: words that contradict it, no words, an unknown code, a
// contradicting enhanced code (RFC 5321 4.2, 4.3.2, RFC 2034 4). A reply is judged under one of these only.

import { parseRcpt } from '../../smtp/command';
import { replyCode } from '../../smtp/reply';
import type { EventName } from '../../smtp/vocabulary';
import { broken, inconclusive, pass, perExchange, referTo, type Check, type TrialView } from '../check';
import type { Dialogue, Exchange, Reply } from '../dialogue';
import { fateOf, type Fate } from '../fate';
import { reactionTo } from '../reaction';
import { seconds, sequelOf } from '../sequel';
import type { Finding } from '../verdict';

/** Replies whose class shows in what the client does next, or in what becomes of the mail. */
const TELLING: readonly EventName[] = ['MAIL', 'RCPT', 'DATA', 'end-of-data'];

/** RFC 5321 4.2.3, RFC 7504, and the extensions: RFC 3030, 3207, 4954, 5248. */
const LISTED: ReadonlySet<number> = new Set([
  211, 214, 220, 221, 235, 250, 251, 252, 334, 354, 421, 422, 430, 432, 450, 451, 452, 453, 454, 455, 458, 459, 500,
  501, 502, 503, 504, 521, 523, 530, 533, 534, 535, 538, 550, 551, 552, 553, 554, 555, 556, 557,
]);

const replyCodeOnly = perExchange('reply-code-only', TELLING, (exchange, dialogue, view) => {
  const { reply } = exchange;
  if (reply === null || !saysItsCode(reply) || mismatch(reply) !== null || !LISTED.has(reply.code ?? 0)) return null;
  const text = reply.lines.map((line) => line.slice(4)).join(' ');
  return contradicts(reply, text) ? judgeByClass(view, dialogue, exchange, reply, `"${shortened(reply)}"`) : null;
});

const replyUnknownCode = perExchange('reply-unknown-code-first-digit', TELLING, (exchange, dialogue, view) => {
  const { reply, verb } = exchange;
  if (reply?.code == null || reply.digit === null || LISTED.has(reply.code)) return null;
  if (!saysItsCode(reply) || mismatch(reply) !== null) return null;
  // RFC 5321 3.3: only 354 gives leave to send, so that after another 3yz either is right. For 2yz see data-2xx-is-not-354.
  if (verb === 'DATA' && reply.digit === 3) return pass(`after ${reply.code} to DATA either way is right`, reply);
  if (verb === 'DATA' && reply.digit === 2) return null;
  const finding = judgeByClass(view, dialogue, exchange, reply, `${reply.code}`);
  // That one has a check of its own, which refers all others of its kind to this one.
  return verb === 'RCPT' && reply.code === 259 && finding !== null ? referTo('rcpt-252-259', finding) : finding;
});

const replyEnhancedCodeMismatch = perExchange('reply-enhanced-code-mismatch', TELLING, (exchange, dialogue, view) => {
  const { reply } = exchange;
  const enhanced = reply === null ? null : mismatch(reply);
  if (reply === null || enhanced === null) return null;
  return judgeByClass(view, dialogue, exchange, reply, `${reply.code} with ${enhanced}`);
});

// --- by class ----------------------------------------------------------------------------------------------------

/** Where going on after a refusal is judged in the first place. */
const GOING_ON: Readonly<Partial<Record<EventName, string>>> = {
  MAIL: 'mail-rejected-stops',
  RCPT: 'rcpt-all-rejected-no-data',
  DATA: 'no-content-after-data-refused',
};

/** @param what the reply, for a reason */
function judgeByClass(
  view: TrialView,
  dialogue: Dialogue,
  exchange: Exchange,
  reply: Reply,
  what: string,
): Finding | null {
  const to = `${what} to ${exchange.verb}`;
  switch (reply.digit) {
    case 2:
      return exchange.verb === 'end-of-data'
        ? judgeAccepted(fateOfExchange(view, exchange), reply, to)
        : judgePositive(dialogue, exchange, reply, to);
    case 4:
    case 5: {
      const { took, how, shown } = reactionTo(dialogue, exchange);
      if (took === 'success') {
        const found = broken(`after ${to} it ${how}`, ...shown, reply);
        const primary = GOING_ON[exchange.verb];
        return primary === undefined ? found : referTo(primary, found);
      }
      const fate = fateOfExchange(view, exchange);
      return reply.digit === 4
        ? judgeDeferred(view, fate, reply, to, took === 'failure')
        : judgeRefused(fate, reply, to, took === 'failure' ? how : null);
    }
    case 3:
    case null:
      return null;
  }
}

function judgePositive(dialogue: Dialogue, exchange: Exchange, reply: Reply, to: string): Finding {
  const { took, how, shown } = reactionTo(dialogue, exchange);
  if (took === 'success') return pass(`after ${to} it ${how}`, ...shown, reply);
  if (took === 'unclear') return inconclusive(`after ${to} it ${how}`, ...shown, reply);
  return broken(`after ${to} it ${how}`, ...shown, reply);
}

function judgeAccepted({ became, how, shown }: Fate, reply: Reply, to: string): Finding {
  if (became === 'delivered') return pass(`after ${to} it ${how}`, reply);
  if (became === 'unknown')
    return inconclusive(`after ${to} nothing shows whether it counts the mail as delivered`, reply);
  const found = broken(`after ${to} it ${how}`, ...shown, reply);
  return became === 'retried' ? referTo('single-copy-no-dup', found) : found;
}

function judgeDeferred(view: TrialView, fate: Fate, reply: Reply, to: string, stopped: boolean): Finding {
  const { became, how, shown } = fate;
  // A client without a queue hands every failure back at once: it cannot show that it knows one from the other.
  const submits = view.client.role === 'submission';
  if (became === 'retried' || became === 'deferred') return pass(`after ${to} it ${how}`, ...shown, reply);
  if (became === 'delivered') return broken(`after ${to} it ${how}`, reply);
  if (became === 'bounced' || (became === 'refused' && !submits)) {
    return referTo('retry-after-4yz', broken(`after ${to} it ${how}`, ...shown, reply));
  }
  if (submits && stopped) return pass(`after ${to} it stopped, and without a queue it owes no retry`, reply);
  return inconclusive(`after ${to} no retry came within the window of ${seconds(view.windowMs)}`, reply);
}

function judgeRefused({ became, how, shown }: Fate, reply: Reply, to: string, stopped: string | null): Finding {
  switch (became) {
    case 'retried':
    case 'deferred':
      return referTo('no-retry-after-5yz', broken(`after ${to} it ${how}`, ...shown, reply));
    case 'delivered':
      // For one of several recipients, the client may well speak of the others.
      return stopped === null
        ? broken(`after ${to} it ${how}`, reply)
        : inconclusive(`after ${to} it ${stopped}, and yet it ${how}`, reply);
    case 'bounced':
    case 'refused':
      return pass(`after ${to} it ${how}`, ...shown, reply);
    case 'unknown':
      return stopped === null
        ? inconclusive(`after ${to} nothing shows how it took it`, reply)
        : pass(`after ${to} it ${stopped}`, reply);
  }
}

function fateOfExchange(view: TrialView, { transaction, verb, parsed }: Exchange): Fate {
  if (transaction === null) return { became: 'unknown', how: 'cannot be followed', shown: [] };
  return fateOf(view, transaction, verb === 'RCPT' ? parseRcpt(parsed.argument).path.address : null);
}

// --- what a reply says beside its code ---------------------------------------------------------------------------

const BAD_WORDS = /\b(?:error|rejected|refused|denied|failed|blocked|blacklisted|as [45]\d\d)\b/i;
const GOOD_WORDS = /(?<!\bnot )\b(?:ok|accepted|success(?:ful(?:ly)?)?|queued|welcome|25\d)\b/i;

function contradicts(reply: Reply, text: string): boolean {
  if (reply.digit === 2) return BAD_WORDS.test(text);
  return (reply.digit === 4 || reply.digit === 5) && GOOD_WORDS.test(text) && !BAD_WORDS.test(text);
}

/** Octets that only stand for a code show the client none: those are judged as malformed (reply-damage.ts). */
function saysItsCode({ lines, code }: Reply): boolean {
  return code !== null && lines.every((line) => replyCode(line) === code);
}

/** An enhanced code of another class than the basic one (RFC 2034 4); null when they agree, or there is none. */
function mismatch(reply: Reply): string | null {
  const enhanced = /^\d{3}[ -](([245])\.\d{1,3}\.\d{1,3})(?:\s|$)/.exec(reply.lines.at(-1) ?? '');
  return enhanced !== null && Number(enhanced[2]) !== reply.digit ? (enhanced[1] ?? null) : null;
}

function shortened(reply: Reply): string {
  return (reply.lines[0] ?? '').slice(0, 40);
}

// --- reply-no-text -----------------------------------------------------------------------------------------------

const ANY_COMMAND: readonly EventName[] = ['HELO', ...TELLING, 'RSET', 'NOOP', 'VRFY', 'EXPN', 'HELP', 'ETRN'];

const replyNoText = perExchange('reply-no-text', ANY_COMMAND, (exchange, dialogue, view) => {
  const { reply } = exchange;
  const last = reply?.lines.at(-1) ?? '';
  if (reply === null || !/^[2-5]\d\d ?$/.test(last)) return null;
  const to = `"${last}" to ${exchange.verb}`;
  const { took, how, shown } = reactionTo(dialogue, exchange);
  // Giving up on a bare refusal is no more than a refusal asks for.
  const refused = reply.digit === 4 || reply.digit === 5;
  if (took === 'hung' || (took === 'failure' && !refused)) return broken(`after ${to} it ${how}`, ...shown, reply);
  if (exchange.verb === 'end-of-data' && reply.digit === 2) {
    const fate = fateOfExchange(view, exchange);
    if (fate.became !== 'unknown') return judgeAccepted(fate, reply, to);
  }
  const sequel = sequelOf(dialogue, reply);
  if (sequel.kind === 'said') return pass(`after ${to} it went on with ${sequel.verb}`, sequel.shown, reply);
  return inconclusive(`after ${to} it ${sequel.kind === 'left' ? 'left' : 'said nothing more'}`, reply);
});

export const replyClassChecks: readonly Check[] = [
  replyCodeOnly,
  replyNoText,
  replyUnknownCode,
  replyEnhancedCodeMismatch,
];
