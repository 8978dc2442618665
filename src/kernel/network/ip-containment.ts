import { isIP } from 'node:net';

/** The first and the last address, as numbers of 128 bits. */
type Interval = [first: bigint, last: bigint];

const IPV4_MAPPED = 0xffffn << 32n;

/**
 * Whether each address of the inner ranges lies in one of the outer ones: addresses and CIDR ranges of IPv4 and IPv6. An
 * IPv4 address and its form in IPv6 (`::ffff:203.0.113.7`) are the same.
 */
export function liesWithin(inner: readonly string[], outer: readonly string[]): boolean {
  const merged = mergeTouching(outer.map(intervalOf));
  return inner.map(intervalOf).every(([first, last]) => merged.some(([from, to]) => from <= first && last <= to));
}

function mergeTouching(intervals: Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const [first, last] of intervals.sort(([one], [other]) => (one < other ? -1 : Number(one > other)))) {
    const open = merged.at(-1);
    if (open && first <= open[1] + 1n) open[1] = last > open[1] ? last : open[1];
    else merged.push([first, last]);
  }
  return merged;
}

function intervalOf(range: string): Interval {
  const [address = '', suffix] = range.split('/');
  const isIpv4 = isIP(address) === 4;
  const bits = suffix === undefined ? 128 : Number(suffix) + (isIpv4 ? 96 : 0);
  const rest = (1n << BigInt(128 - bits)) - 1n;
  const number = isIpv4 ? IPV4_MAPPED | ipv4Number(address) : ipv6Number(address);
  return [number & ~rest, number | rest];
}

function ipv4Number(address: string): bigint {
  return address.split('.').reduce((number, part) => (number << 8n) | BigInt(part), 0n);
}

function ipv6Number(address: string): bigint {
  const [head = '', tail] = address.split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0n);
  return [...before, ...zeros, ...after].reduce((number, group) => (number << 16n) | group, 0n);
}

function groupsOf(text: string): bigint[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [BigInt(`0x${group}`)];
    const number = ipv4Number(group);
    return [number >> 16n, number & 0xffffn];
  });
}
