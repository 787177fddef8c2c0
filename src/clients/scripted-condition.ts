// Whether a condition of a script holds at this moment. Used by scripted-dialogue.ts for `if:` and `while:`. Pure.

import { compilePattern } from '../scenario/pattern';
import type { SenderCondition } from '../scenario/sender-step';
import { findKeyword } from '../smtp/extension';
import type { Reply } from '../smtp/reply';
import { wordsOf } from './scripted-channel';
import type { ScriptedChannel } from './scripted-channel';
import type { ScriptedLedger } from './scripted-ledger';
import type { ScriptedMessage } from './scripted-message';

/** All that a condition can ask about. */
export interface Moment {
  readonly channel: ScriptedChannel;
  readonly ledger: ScriptedLedger;
  readonly message: ScriptedMessage;
  /** Of the message, in the ledger. */
  readonly index: number;
  readonly lastReply: Reply | null;
}

type Part = keyof Required<SenderCondition>;
type Question<Asked extends Part> = (wanted: NonNullable<SenderCondition[Asked]>, now: Moment) => boolean;

/** One question per part of a condition; each is asked only about a part that was given. */
const ASKED: { readonly [Asked in Part]: Question<Asked> } = {
  offered: (keyword, { channel }) => channel.isOffered(keyword),
  notOffered: (keyword, { channel }) => !channel.isOffered(keyword),
  onceOffered: (keyword, { channel }) => channel.wasEverOffered(keyword),
  accepted: (wanted, { ledger, index }) => {
    const found = ledger.accepted(index);
    return wanted === found || (wanted === 'some' && found === 'all');
  },
  overLimit: (wanted, { ledger, index }) => wanted === ledger.overLimit(index),
  eightBit: (wanted, { message }) => wanted === message.isEightBit,
  utf8: (wanted, { message }) => wanted === message.isUtf8,
  tooBig: (wanted, now) => wanted === isTooBig(now),
  nullSender: (wanted, { message }) => wanted === (message.from === ''),
  tls: (wanted, { channel }) => wanted === channel.hasTls,
  tlsWish: (wanted, { message }) => wanted.includes(message.tls),
  authWish: (wanted, { message }) => wanted === (message.auth !== null),
  reply: (wanted, { lastReply }) => compilePattern(wanted).test(wordsOf(lastReply)),
  left: (wanted, { ledger }) => wanted === ledger.someLeft,
  refused: (wanted, { ledger }) => wanted === ledger.someRefused,
  connected: (wanted, { channel }) => wanted === channel.isOpen,
};

/** RFC 1870 4: SIZE with no number, or with 0, sets no limit. */
function isTooBig({ channel, message }: Moment): boolean {
  const limit = Number(findKeyword(channel.offered, 'SIZE')?.parameters[0] ?? 0);
  return limit > 0 && message.size > limit;
}

/** True when every part that was given holds. */
export function conditionHolds(condition: SenderCondition, now: Moment): boolean {
  return (Object.entries(condition) as [Part, unknown][]).every(([part, wanted]) => {
    const question = ASKED[part] as (wanted: unknown, now: Moment) => boolean;
    return question(wanted, now);
  });
}
