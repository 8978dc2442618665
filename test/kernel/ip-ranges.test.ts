import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { IpRanges, isIpRange } from '../../src/kernel/network/ip-ranges.js';

/** An address by its 128 bits; an IPv4 one is the IPv6 one that maps it. */
interface Address {
  text: string;
  bits: bigint;
  /** How many of the 128 the text cannot change. */
  fixed: number;
}

const V4 = fc.nat({ max: 0xffffffff }).map((value): Address => ({
  text: [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.'),
  bits: (0xffffn << 32n) | BigInt(value),
  fixed: 96,
}));
const V6 = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map((bits): Address => ({ text: ipv6(bits), bits, fixed: 0 }));
const ADDRESS = fc.oneof(V4, V6);

const RANGE = fc.tuple(ADDRESS, fc.nat({ max: 128 })).map(([address, most]) => {
  const suffix = Math.min(most, 128 - address.fixed);
  return { text: `${address.text}/${suffix}`, bits: address.bits, length: suffix + address.fixed };
});

describe('IP ranges', () => {
  it('hold exactly the addresses whose leading bits are theirs', () => {
    fc.assert(
      fc.property(fc.array(RANGE, { minLength: 1, maxLength: 5 }), ADDRESS, fc.nat(), (ranges, stranger, seed) => {
        const range = ranges[seed % ranges.length]!;
        const neighbour = near(range, BigInt(seed));
        for (const { text, bits } of [stranger, neighbour]) {
          const expected = ranges.some(({ bits: start, length }) => {
            const rest = BigInt(128 - length);
            return bits >> rest === start >> rest;
          });
          const texts = ranges.map((each) => each.text);
          expect({ text, texts, allowed: new IpRanges(texts).include(text) }).toEqual({
            text,
            texts,
            allowed: expected,
          });
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('are recognised, and nothing else is', () => {
    fc.assert(fc.property(RANGE, ADDRESS, (range, { text }) => isIpRange(range.text) && isIpRange(text)));
    fc.assert(fc.property(fc.string(), (text) => !isIpRange(text) || /^[0-9a-f.:]+(\/\d+)?$/i.test(text)));
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0.0/08',
    '::/129',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0',
    '010.0.0.1',
    '1.2.3.4 ',
    '*',
    'localhost',
    '10.0.0.1-10.0.0.9',
    'fe80::1%eth0',
    '/8',
    '1.2.3.4/1e1',
    '',
    7,
    null,
    undefined,
    {},
    ['10.0.0.1'],
  ])('do not include %p', (text) => {
    expect(isIpRange(text)).toBe(false);
  });

  it('hold an IPv4 address however it is written', () => {
    for (const text of ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:192.0.2.7', '::ffff:c000:207']) {
      expect(new IpRanges(['192.0.2.0/24']).include(text)).toBe(true);
      expect(new IpRanges(['198.51.100.0/24']).include(text)).toBe(false);
    }
  });

  it('hold nothing that is no address, even when they hold every address', () => {
    for (const text of [null, '', 'unknown', '1.2.3.4:http', '1.2.3', 'fe80::1%', '%eth0']) {
      expect(new IpRanges(['0.0.0.0/0', '::/0']).include(text)).toBe(false);
    }
  });
});

/** The range's own first bits, and one of its last or of the first beyond them flipped. */
function near({ bits, length }: { bits: bigint; length: number }, seed: bigint): Address {
  const flipped = bits ^ (1n << ((BigInt(128 - length) + (seed % 3n)) % 128n));
  return { text: ipv6(flipped), bits: flipped, fixed: 0 };
}

function ipv6(bits: bigint): string {
  return Array.from({ length: 8 }, (_, at) => ((bits >> BigInt(112 - 16 * at)) & 0xffffn).toString(16)).join(':');
}
