// What the client had been told about TLS, by submission, connection and message; which certificate it was shown; and
// messages whose own header waives TLS. Used by the checks of TLS and AUTH. A client that nobody told anything (no
// submissions on record) has a wish that is not known.

import { findParameter } from '../smtp/parameter';
import type { SubmissionOnRecord } from '../wire/trial-record';
import type { Campaign } from './campaign';
import type { TrialView } from './check';
import type { Dialogue, TlsSection } from './dialogue';
import { mailDataOf } from './mail-octets';
import { attemptOf } from './next-try';
import type { Transaction } from './transactions';

export type TlsWish = SubmissionOnRecord['tls'];

interface Wishes {
  readonly of: ReadonlyMap<number, TlsWish>;
  /** Of the submissions that a connection carried. */
  readonly on: ReadonlyMap<Dialogue, ReadonlySet<TlsWish>>;
  readonly all: ReadonlySet<TlsWish>;
}

const WISHES = new WeakMap<Campaign, Wishes>();

/**
 * What the client was told for a connection: by the submissions it carried, or by all of them when it carried none.
 * @returns null when nobody told it, or when they differ
 */
export function wishFor(view: TrialView, dialogue: Dialogue): TlsWish | null {
  const { on, all } = wishesIn(view.campaign);
  const wishes = on.get(dialogue) ?? all;
  const [wish = null] = wishes;
  return wishes.size === 1 ? wish : null;
}

/** What the client was told for the message of a transaction. */
export function wishOf(view: TrialView, dialogue: Dialogue, transaction: Transaction): TlsWish | null {
  const submission = attemptOf(view, transaction)?.submission ?? -1;
  return wishesIn(view.campaign).of.get(submission) ?? wishFor(view, dialogue);
}

/** Whether the client was told to use TLS or nothing. */
export function requiresTls(wish: TlsWish | null): boolean {
  return wish === 'required' || wish === 'implicit';
}

function wishesIn(campaign: Campaign): Wishes {
  const known = WISHES.get(campaign);
  if (known !== undefined) return known;
  const of = new Map(campaign.stories.map(({ submission: { id, tls } }) => [id, tls]));
  const on = new Map<Dialogue, Set<TlsWish>>();
  for (const { dialogue, submission } of campaign.attempts) {
    const wish = of.get(submission ?? -1);
    if (wish !== undefined) on.set(dialogue, (on.get(dialogue) ?? new Set()).add(wish));
  }
  const wishes: Wishes = { of, on, all: new Set(of.values()) };
  WISHES.set(campaign, wishes);
  return wishes;
}

/** RFC 8689 3: the header by which a sender waives TLS. False as well when the message is not on record. */
export function waivesTls(dialogue: Dialogue, transaction: Transaction): boolean {
  const headers = mailDataOf(dialogue, transaction)?.headers ?? '';
  return /^TLS-Required:[ \t]*No[ \t]*\r?$/im.test(headers);
}

/** RFC 8689 2: the parameter by which a message asks for TLS on the whole way. */
export function asksForTls({ argument }: Transaction): boolean {
  return findParameter(argument.parameters, 'REQUIRETLS') !== null;
}

/**
 * What was wrong with the certificate that a server shows, by the scenario.
 * @returns null when nothing was, or when the record does not say
 */
export function certificateFault({ record }: TrialView, { server }: Dialogue): string | null {
  const servers = record.scenario['servers'];
  const config: unknown = Array.isArray(servers) ? servers[server] : undefined;
  if (typeof config !== 'object' || config === null || !('tls' in config)) return null;
  const { tls } = config;
  const kind = typeof tls === 'object' && tls !== null && 'certificate' in tls ? tls.certificate : null;
  return typeof kind === 'string' && Object.hasOwn(FAULTS, kind) ? (FAULTS[kind] ?? null) : null;
}

const FAULTS: Readonly<Record<string, string>> = {
  expired: 'an expired certificate',
  'wrong-name': 'a certificate for another name',
  'self-signed': 'a self-signed certificate',
  'unknown-ca': 'a certificate of an unknown authority',
};

/**
 * Whether a handshake failed because plaintext came instead: OpenSSL's words for a first octet that begins no TLS record.
 */
export function gotPlaintext({ outcome }: TlsSection): boolean {
  const reason = outcome?.phase === 'failed' ? (outcome.reason ?? '') : '';
  return /wrong[ _]version[ _]number|https?[ _](?:proxy[ _])?request/i.test(reason);
}
