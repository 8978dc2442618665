import { isIP } from 'node:net';
import { canonicalIpv6, plainAddress } from './address.js';

/**
 * The network an address belongs to, in which one party may have every address: the /24 of an IPv4 address, the /64 of an
 * IPv6 address, in canonical form (`203.0.113.0/24`, `2001:db8:0:1::/64`). An IPv4 address in IPv6 form counts as itself.
 *
 * @returns `'unknown'` for what is no address.
 */
export function networkOf(ip: string | null | undefined): string {
  const address = plainAddress(ip?.replace(/%.*$/s, '') ?? '');
  const version = isIP(address);
  if (version === 4) return `${address.slice(0, address.lastIndexOf('.'))}.0/24`;
  if (version === 0) return 'unknown';
  return `${compressed(groupsOf(address).slice(0, 4))}/64`;
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = canonicalIpv6(address).split('::');
  const before = head === '' ? [] : head.split(':');
  if (tail === undefined) return before;
  const after = tail === '' ? [] : tail.split(':');
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
}

function compressed(groups: readonly string[]): string {
  const last = groups.findLastIndex((group) => group !== '0');
  return `${groups.slice(0, last + 1).join(':')}::`;
}
