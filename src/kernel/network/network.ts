import { isIP } from 'node:net';

const IPV4_IN_IPV6 = /^::ffff:(?=\d+\.)/i;

/**
 * The network an address belongs to, in which one party may have every address: the /24 of an IPv4 address, the /64 of an
 * IPv6 address, in canonical form (`203.0.113.0/24`, `2001:db8:0:1::/64`). An IPv4 address in IPv6 form counts as itself.
 *
 * @returns `'unknown'` for what is no address.
 */
export function networkOf(ip: string | null | undefined): string {
  const address = ip?.replace(IPV4_IN_IPV6, '').replace(/%.*$/s, '') ?? '';
  const version = isIP(address);
  if (version === 4) return `${address.slice(0, address.lastIndexOf('.'))}.0/24`;
  if (version === 0) return 'unknown';
  return `${compressed(groupsOf(address).slice(0, 4))}/64`;
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] {
  // The WHATWG form spells an address in one way: in lower case, an IPv4 tail as two groups.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const before = head === '' ? [] : head.split(':');
  if (tail === undefined) return before;
  const after = tail === '' ? [] : tail.split(':');
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
}

function compressed(groups: readonly string[]): string {
  const last = groups.findLastIndex((group) => group !== '0');
  return `${groups.slice(0, last + 1).join(':')}::`;
}
