// Sets of IP addresses and networks, as access lists and blacklists name them: "192.0.2.0/24", "2001:db8::/32", "10.0.0.1".
// Used by policies. The matching itself is Node's BlockList.

import { BlockList, isIP } from 'node:net';
import { Mistake } from './mistake';

export interface Networks {
  has(address: string): boolean;
}

/** IPv4-mapped IPv6 addresses ("::ffff:192.0.2.1") are IPv4 peers of a dual-stack listener. */
export function plainAddress(address: string): string {
  return address.toLowerCase().startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

/** What most lists are, asked at every MAIL. */
const NOBODY: Networks = { has: () => false };

/**
 * @param entries single addresses, networks in CIDR form, or `*` for every address
 * @throws Mistake for an entry that is neither
 */
export function networks(entries: readonly string[]): Networks {
  if (entries.length === 0) return NOBODY;
  const list = new BlockList();
  const everyone = entries.includes('*');
  for (const entry of entries) if (entry !== '*') add(list, entry);
  return {
    has(address) {
      const plain = plainAddress(address);
      const version = isIP(plain);
      if (version === 0) return false;
      return everyone || list.check(plain, version === 6 ? 'ipv6' : 'ipv4');
    },
  };
}

function add(list: BlockList, entry: string): void {
  const [address = '', prefix] = entry.split('/');
  const version = isIP(address);
  const bits = prefix === undefined ? null : Number(prefix);
  const most = version === 6 ? 128 : 32;
  if (version === 0 || (bits !== null && !(Number.isInteger(bits) && bits >= 0 && bits <= most))) {
    throw new Mistake(`"${entry}" is neither an IP address nor a network; expected e.g. 192.0.2.1 or 192.0.2.0/24`);
  }
  const family = version === 6 ? 'ipv6' : 'ipv4';
  if (bits === null) list.addAddress(address, family);
  else list.addSubnet(address, bits, family);
}
