import { BlockList, isIP } from 'node:net';
import { addressOf } from './address.js';

const RANGE = /^([0-9a-fA-F.:]{2,45})(?:\/(0|[1-9]\d{0,2}))?$/;

/** Tells whether text is an IPv4 or IPv6 address, or a CIDR range of them. */
export function isIpRange(text: unknown): text is string {
  return typeof text === 'string' && parseRange(text) !== undefined;
}

/** Addresses and CIDR ranges, compiled once to be asked often. */
export class IpRanges {
  private readonly list = new BlockList();

  constructor(ranges: readonly string[]) {
    for (const range of ranges) {
      const parsed = parseRange(range);
      if (parsed) this.list.addSubnet(parsed.address, parsed.bits, parsed.family);
    }
  }

  /** Tells whether an address, as {@link addressOf} reads it, lies in one of the ranges. What is none lies in none. */
  include(ip: string | null | undefined): boolean {
    const address = addressOf(ip);
    return address !== null && this.list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
}

function parseRange(text: string): { address: string; bits: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [, address = '', suffix] = RANGE.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const widest = version === 4 ? 32 : 128;
  const bits = suffix === undefined ? widest : Number(suffix);
  return bits <= widest ? { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' } : undefined;
}
