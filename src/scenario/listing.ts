// Whether the peer is listed: private whitelist, private blacklist, DNS whitelist, DNS blacklist, first match ends the
// search (Domino's order, reference in personas). Asked at connect, answered at MAIL. Look-ups of real DNS come back as
// inputs; one question per site and connection, IPv4 peers only, as Domino does.

import { isIPv4 } from 'node:net';
import type { CompiledServer } from './compile';
import type { LookUp } from './effects';
import { plainAddress } from './networks';
import type { ListPolicy } from './scenario';
import type { Listing, Session } from './session';

/** Nobody lists the peer. */
const UNLISTED: Listing = { site: '', private: false, action: 'log', message: null };

/** The questions to ask when a connection is opened: name → question. */
export function questionsAtConnect(compiled: CompiledServer, session: Session): Readonly<Record<string, LookUp>> {
  const { dnsWhitelist, dnsBlacklist, hosts } = compiled.server.policies;
  const address = plainAddress(session.peer.address);
  const questions: Record<string, LookUp> = {};
  const ask = (kind: string, lists: readonly ListPolicy[]): void => {
    if (!isIPv4(address)) return;
    for (const { site, resolver, timeoutMs } of lists) {
      if (resolver !== null) questions[`${kind}:${site}`] = { ask: 'listed', address, site, resolver, timeoutMs };
    }
  };
  ask('white', dnsWhitelist);
  ask('black', dnsBlacklist);
  const resolver = hosts.nameInDns?.resolver ?? null;
  if (resolver !== null) questions['name'] = { ask: 'name', address, resolver, timeoutMs: 5000 };
  return questions;
}

/** @returns null while an answer that matters is still out */
export function listingOf(compiled: CompiledServer, session: Session): Listing | null {
  const { policies } = compiled.server;
  const address = plainAddress(session.peer.address);
  if (policies.privateWhitelist !== null && compiled.policies.privateWhitelist?.has(address) === true) return UNLISTED;
  if (policies.privateBlacklist !== null && compiled.policies.privateBlacklist?.has(address) === true) {
    const { action, message } = policies.privateBlacklist;
    return { site: 'private blacklist', private: true, action, message };
  }
  const find = (kind: 'white' | 'black', lists: readonly ListPolicy[]): ListPolicy | 'pending' | null => {
    const networks = kind === 'white' ? compiled.policies.dnsWhitelist : compiled.policies.dnsBlacklist;
    for (const [index, list] of lists.entries()) {
      const found = list.resolver === null ? networks[index]?.has(address) : session.lookUps[`${kind}:${list.site}`];
      if (found === null) return 'pending';
      if (found === true && isIPv4(address)) return list;
    }
    return null;
  };
  const white = find('white', policies.dnsWhitelist);
  if (white === 'pending') return null;
  if (white !== null) return UNLISTED;
  const black = find('black', policies.dnsBlacklist);
  if (black === 'pending') return null;
  return black === null ? UNLISTED : { site: black.site, private: false, action: black.action, message: black.message };
}
