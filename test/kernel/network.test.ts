import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { networkOf } from '../../src/kernel/network/network.js';

describe('networkOf', () => {
  it.each([
    ['203.0.113.77', '203.0.113.0/24'],
    ['::ffff:203.0.113.77', '203.0.113.0/24'],
    ['::FFFF:CB00:714d', '203.0.113.0/24'],
    ['0:0:0:0:0:ffff:203.0.113.77', '203.0.113.0/24'],
    ['::ffff:0:203.0.113.77', '::/64'],
    ['2001:db8:0:1:aaaa:bbbb:cccc:dddd', '2001:db8:0:1::/64'],
    ['2001:DB8:0:1::5', '2001:db8:0:1::/64'],
    ['2001:db8::5', '2001:db8::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['::1', '::/64'],
    ['64:ff9b::192.0.2.33', '64:ff9b::/64'],
    ['', 'unknown'],
    ['203.0.113.77:61234', 'unknown'],
    [null, 'unknown'],
  ])('%s lies in %s', (ip, network) => {
    expect(networkOf(ip)).toBe(network);
  });

  it('is the same for all addresses of a /64, and another for those of the next', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(0xffff), { minLength: 4, maxLength: 4 }),
        fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }),
        (network, hosts) => {
          const address = (last: number[]) => [...network, ...last].map((group) => group.toString(16)).join(':');
          const one = networkOf(address(hosts.slice(0, 4)));
          expect(networkOf(address(hosts.slice(4)))).toBe(one);
          const next = [...network.slice(0, 3), (network[3] ?? 0) ^ 1].map((group) => group.toString(16)).join(':');
          expect(networkOf(`${next}:1:2:3:4`)).not.toBe(one);
        },
      ),
    );
  });
});
