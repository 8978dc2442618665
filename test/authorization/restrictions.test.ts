import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { excessesOver, isRestricted, UNRESTRICTED, type Restrictions } from '../../src/identity/restrictions.js';
import { liesWithin } from '../../src/kernel/network/ip-containment.js';
import { IpRanges } from '../../src/kernel/network/ip-ranges.js';

const byte = fc.constantFrom(0, 1, 127, 128, 255);
const ipv4 = fc.tuple(fc.constantFrom(10, 11), byte, byte, byte).map((parts) => parts.join('.'));
const group = fc.constantFrom('0', '1', '8000', 'ffff', '7f00');
const ipv6 = fc.oneof(
  fc.tuple(fc.constantFrom('2001', '2002'), group, group, group).map((groups) => `${groups.join(':')}::1`),
  fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':')),
  ipv4.map((address) => `::ffff:${address}`),
  ipv4.map(
    (address) =>
      `::ffff:${address
        .split('.')
        .map(hex)
        .join('')
        .replace(/^(....)/, '$1:')}`,
  ),
);
const range = fc.oneof(
  ipv4,
  ipv6,
  fc.tuple(ipv4, fc.constantFrom(0, 1, 7, 8, 9, 16, 24, 25, 31, 32)).map(([address, bits]) => `${address}/${bits}`),
  fc
    .tuple(ipv6, fc.constantFrom(0, 1, 16, 32, 64, 80, 95, 96, 97, 104, 112, 127, 128))
    .map(([address, bits]) => `${address}/${bits}`),
);
const ranges = fc.array(range, { minLength: 1, maxLength: 4 });

describe('isRestricted', () => {
  it.each<[boolean, Partial<Restrictions>]>([
    [false, {}],
    [true, { expirationDate: '2030-01-31T12:00:00.000Z' }],
    [true, { allowedIps: ['192.0.2.1'] }],
    [true, { rateLimit: { limit: 1, windowSeconds: 60 } }],
  ])('is %s by %j', (is, restrictions) => {
    expect(isRestricted({ ...UNRESTRICTED, ...restrictions })).toBe(is);
  });
});

describe('liesWithin', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.1.2.3', '10.1.0.0/16'],
    ['10.1.0.0/16', '10.255.0.1/8'],
    ['::ffff:10.1.2.3', '10.0.0.0/8'],
    ['10.1.2.3', '::ffff:a00:0/104'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['2001:db8:1::/48', '2001:db8::/32'],
    ['10.0.0.0/8', '::/0'],
  ])('%s lies within %s', (inner, outer) => expect(liesWithin([inner], [outer])).toBe(true));

  it.each([
    ['10.0.0.0/8', '10.1.0.0/16'],
    ['0.0.0.0/0', '10.0.0.0/8'],
    ['::/0', '0.0.0.0/0'],
    ['2001:db8::/32', '2001:db8:1::/48'],
    ['::ffff:0:0/95', '0.0.0.0/0'],
    ['192.0.2.1', '198.51.100.0/24'],
  ])('%s does not lie within %s', (inner, outer) => expect(liesWithin([inner], [outer])).toBe(false));

  it('takes ranges together', () => {
    expect(liesWithin(['10.0.0.0/8'], ['10.128.0.0/9', '10.0.0.0/9'])).toBe(true);
    expect(liesWithin(['10.0.0.0/8'], ['10.0.0.0/9', '10.128.0.0/10'])).toBe(false);
  });

  it('never holds for ranges of which one lets an address in that the others do not', () => {
    fc.assert(
      fc.property(ranges, ranges, fc.oneof(ipv4, ipv6), (inner, outer, address) => {
        fc.pre(liesWithin(inner, outer) && new IpRanges(inner).include(address));
        expect(new IpRanges(outer).include(address)).toBe(true);
      }),
      { numRuns: 500, maxSkipsPerRun: 1000 },
    );
  });

  it('holds for single addresses exactly where the ranges let them in', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6), ranges, (address, outer) => {
        expect(liesWithin([address], outer)).toBe(new IpRanges(outer).include(address));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('excessesOver', () => {
  const fields = (bounds: Partial<Restrictions>, restrictions: Partial<Restrictions>) =>
    excessesOver({ ...UNRESTRICTED, ...bounds }, { ...UNRESTRICTED, ...restrictions }).map(({ field }) => field);
  const rate = (limit: number, windowSeconds: number) => ({ rateLimit: { limit, windowSeconds } });
  const until = (expirationDate: string) => ({ expirationDate });

  it('finds nothing where nothing bounds', () => {
    expect(fields({}, {})).toEqual([]);
    expect(fields({}, { ...until('2030-01-01T00:00:00.000Z'), ...rate(1, 1), allowedIps: ['10.0.0.1'] })).toEqual([]);
  });

  it('names each field that bounds less', () => {
    const bounds = { ...until('2030-01-01T00:00:00.000Z'), ...rate(10, 60), allowedIps: ['10.0.0.0/8'] };
    expect(fields(bounds, {})).toEqual(['expirationDate', 'allowedIps', 'rateLimit']);
    expect(fields(bounds, bounds)).toEqual([]);
    expect(fields(bounds, { ...bounds, ...until('2030-01-01T00:00:00.001Z') })).toEqual(['expirationDate']);
    expect(fields(bounds, { ...bounds, allowedIps: ['10.0.0.1', '11.0.0.1'] })).toEqual(['allowedIps']);
  });

  it('bounds a rate in the long run and at once', () => {
    expect(fields(rate(10, 60), rate(10, 59))).toEqual(['rateLimit']);
    expect(fields(rate(10, 60), rate(11, 66))).toEqual(['rateLimit']);
    expect(fields(rate(10, 60), rate(11, 3600))).toEqual(['rateLimit']);
    expect(fields(rate(10, 60), rate(5, 30))).toEqual([]);
    expect(fields(rate(10, 60), rate(10, 61))).toEqual([]);
  });
});

function hex(part: string): string {
  return Number(part).toString(16).padStart(2, '0');
}
