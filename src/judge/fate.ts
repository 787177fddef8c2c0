// What became of the mail after an attempt: tried again, returned to its sender, given up, delivered. Read off later
// attempts, bounces and what the client reported. Used by the checks that ask whether a reply was taken for final.
// Not here: absence; that nothing came within the window proves nothing.

import { sameAddress, type Attempt } from './attempt';
import type { Campaign, Retry } from './campaign';
import type { Shown, TrialView } from './check';
import { mailDataOf } from './mail-octets';
import type { Transaction } from './transactions';

export interface Fate {
  readonly became: 'delivered' | 'retried' | 'bounced' | 'refused' | 'deferred' | 'unknown';
  /** For a reason: "tried it again after 60 s". The subject is the client. */
  readonly how: string;
  readonly shown: readonly Shown[];
}

interface Links {
  readonly attempts: ReadonlyMap<Transaction, Attempt>;
  /** By the attempt that it follows. */
  readonly retries: ReadonlyMap<Attempt, Retry>;
}

const LINKS = new WeakMap<Campaign, Links>();

/**
 * The fate of one recipient of a transaction.
 * @param recipient null: of the message for all that were taken so far, which is all of them at MAIL
 */
export function fateOf(view: TrialView, transaction: Transaction, recipient: string | null): Fate {
  const { attempts, retries } = linksOf(view.campaign);
  const attempt = attempts.get(transaction);
  const story = view.campaign.stories.find(({ submission }) => submission.id === attempt?.submission);
  if (attempt === undefined || story === undefined) return { became: 'unknown', how: 'cannot be followed', shown: [] };

  const own = recipient === null ? takenIn(transaction) : [recipient];
  const isAll = own.length === 0 || own.length >= story.submission.to.length;
  const isOwn = (address: string): boolean => isAll || own.some((one) => sameAddress(one, address));
  const bounce = story.bounces.find((later) => {
    return later.transaction.mail.firstSeq > attempt.transaction.mail.seq && (isAll || names(later, own));
  });
  if (bounce !== undefined) {
    return { became: 'bounced', how: 'returned it to the sender', shown: [bounce.transaction.mail] };
  }
  const retry = retries.get(attempt);
  if (retry !== undefined && retry.recipients.some(isOwn)) {
    const seconds = Math.round(retry.gapMs / 100) / 10;
    return { became: 'retried', how: `tried it again after ${seconds} s`, shown: [retry.attempt.transaction.mail] };
  }
  const reported = story.reported.find((outcome) => outcome.recipient === null || isOwn(outcome.recipient));
  if (reported === undefined || reported.outcome === 'unknown') {
    return { became: 'unknown', how: 'did not say what became of it', shown: [] };
  }
  const became = reported.outcome === 'accepted' ? 'delivered' : reported.outcome;
  return { became, how: `reported it as ${reported.outcome}`, shown: [] };
}

function takenIn({ recipients }: Transaction): readonly string[] {
  return recipients.filter(({ reply }) => reply?.digit === 2).map(({ address }) => address);
}

/** Of several recipients, a bounce is about those that it names. */
function names({ dialogue, transaction }: Attempt, addresses: readonly string[]): boolean {
  const text = mailDataOf(dialogue, transaction)?.content.toString('latin1').toLowerCase() ?? '';
  return addresses.some((address) => text.includes(address.toLowerCase()));
}

function linksOf(campaign: Campaign): Links {
  const known = LINKS.get(campaign);
  if (known !== undefined) return known;
  const links: Links = {
    attempts: new Map(campaign.attempts.map((attempt) => [attempt.transaction, attempt])),
    retries: new Map(campaign.stories.flatMap(({ retries }) => retries.map((retry) => [retry.previous, retry]))),
  };
  LINKS.set(campaign, links);
  return links;
}
