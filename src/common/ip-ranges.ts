import { BlockList, isIP } from 'node:net';

const RANGE = /^([0-9a-fA-F.:]{2,45})(?:\/(\d{1,3}))?$/;

/** Tells whether text is an IPv4 or IPv6 address, or a CIDR range of them. */
export function isIpRange(text: unknown): text is string {
  return typeof text === 'string' && parseRange(text) !== undefined;
}

/** Tells whether an address lies in one of the ranges. No address lies in none. An IPv4 address in IPv6 form counts as itself. */
export function isAllowedFrom(ip: string | null, ranges: readonly string[]): boolean {
  const address = ip?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
  const version = isIP(address);
  if (version === 0) return false;
  const list = new BlockList();
  for (const range of ranges) {
    const parsed = parseRange(range);
    if (parsed) list.addSubnet(parsed.address, parsed.bits, parsed.family);
  }
  return list.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

function parseRange(text: string): { address: string; bits: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [, address = '', suffix] = RANGE.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const widest = version === 4 ? 32 : 128;
  const bits = suffix === undefined ? widest : Number(suffix);
  return bits <= widest ? { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' } : undefined;
}
