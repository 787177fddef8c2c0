// An ordinary day of the server in the second article, as a load: which senders come how often, from where, to whom.
// The article gives four sums (ARTICLE); how they come about is chosen here and marked so. Pure; played by day.ts.

import { draws } from '../scenario/random';

/** What `show stat smtp` had after about 24 hours, as far as the article says it in words (SMTP Stats part 1). */
export const ARTICLE = { hellos: 9903, messages: 4076, tls: 541, vrfy: 1 } as const;

export interface DayKind {
  /** A scripted sender. */
  readonly sender: string;
  /** On a whole day. */
  readonly sessions: number;
  /** Where it comes from: listed hosts are blacklisted. */
  readonly from: 'anywhere' | 'listed';
  readonly to: 'known' | 'unknown' | 'elsewhere';
  /** HELO and EHLO in one session; inside TLS EHLO comes again (RFC 3207 4.2). */
  readonly hellos: number;
  /** Whether its message is accepted. */
  readonly delivers: boolean;
  readonly source: string;
}

const kind = (sender: string, sessions: number, from: DayKind['from'], to: DayKind['to'], source: string): DayKind => ({
  sender,
  sessions,
  from,
  to,
  hellos: sender === 'well-behaved-tls' ? 2 : 1,
  delivers: from === 'anywhere' && to === 'known' && sender !== 'vrfy-once',
  source,
});

const CHOSEN = 'chosen: the article does not divide the sessions that brought no message';

export const DAY_KINDS: readonly DayKind[] = [
  kind('well-behaved-tls', 541, 'anywhere', 'known', 'article: 541 of the messages came over TLS'),
  kind('helo-only', 1345, 'anywhere', 'known', 'comment 5: 33 % of what is no spam comes from hosts that say HELO'),
  kind('well-behaved', 2190, 'anywhere', 'known', 'article: the rest of the 4,076 messages'),
  kind('vrfy-once', 1, 'anywhere', 'known', 'article: one VRFY'),
  kind('ratware-helo', 2000, 'listed', 'known', CHOSEN),
  kind('helo-only', 1200, 'listed', 'known', CHOSEN),
  kind('ratware-one-packet', 600, 'listed', 'known', CHOSEN),
  kind('ratware-helo', 800, 'anywhere', 'unknown', CHOSEN),
  kind('well-behaved', 500, 'anywhere', 'unknown', CHOSEN),
  kind('helo-only', 185, 'anywhere', 'elsewhere', CHOSEN),
];

/** One session to be played. */
export interface Visit {
  readonly kind: DayKind;
  readonly address: string;
  readonly recipient: string;
}

/**
 * A day, or a part of one: the proportions hold for any factor, and what happens once happens once.
 * @param factor 1 is the whole day
 * @param seed decides on order, addresses and names
 */
export function dayPlan(factor: number, seed: number): readonly Visit[] {
  const random = draws(seed, 24);
  const pick = (most: number): number => Math.floor(random() * most);
  const visits: Visit[] = [];
  let sum = 0;
  let planned = 0;
  for (const each of DAY_KINDS) {
    // Rounding the running sum, so that the parts add up to the rounded whole.
    sum += each.sessions;
    const sessions = each.sessions === 1 ? 1 : Math.max(0, Math.round(sum * factor) - planned);
    planned += sessions;
    for (let index = 0; index < sessions; index += 1) {
      visits.push({ kind: each, address: addressOf(each, pick), recipient: recipientOf(each, pick) });
    }
  }
  return shuffled(visits, pick);
}

/** RFC 5737 documentation networks; RFC 2544 benchmark addresses stand for listed hosts. */
function addressOf({ from }: DayKind, pick: (most: number) => number): string {
  if (from === 'listed') return `198.18.${pick(256)}.${1 + pick(254)}`;
  return `${['192.0.2', '198.51.100', '203.0.113'][pick(3)] ?? '192.0.2'}.${1 + pick(254)}`;
}

function recipientOf({ to }: DayKind, pick: (most: number) => number): string {
  switch (to) {
    case 'known':
      return `user${pick(100)}@example.com`;
    case 'unknown':
      return `nobody${pick(10_000)}@example.com`;
    case 'elsewhere':
      return `victim${pick(100)}@example.org`;
  }
}

/** Fisher and Yates. */
function shuffled<Item>(items: readonly Item[], pick: (most: number) => number): readonly Item[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = pick(last + 1);
    [order[last], order[other]] = [order[other] as Item, order[last] as Item];
  }
  return order;
}
