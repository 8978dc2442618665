import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isIP } from 'node:net';
import { addressOf, isAddress } from '../../src/kernel/network/address.js';

const port = fc.nat(65_535);
const padded = (text: string) => fc.constantFrom(text, ` ${text}`, `${text}\t `);
const written = (text: string) => fc.constantFrom(text, `"${text}"`).chain(padded);
const withText = <T>(value: T, texts: string[]) =>
  fc.tuple(fc.constant(value), fc.constantFrom(...texts).chain(written));

const WHAT_IS_LEFT_OF_ONE = /^[\s"]*\[?(::ffff:)?\]?(:\d{1,5})?[\s"]*$/i;

describe('addressOf', () => {
  it('finds an IPv4 address, with a port or without', () => {
    const ipv4 = fc.tuple(fc.ipV4(), port).chain(([ip, at]) => withText(ip, [ip, `${ip}:${at}`, `::ffff:${ip}`]));
    fc.assert(fc.property(ipv4, ([ip, text]) => expect(addressOf(text)).toBe(ip)));
  });

  it('finds an IPv4 address in IPv6 form, however that is written', () => {
    const hex = (ip: string) => ip.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
    const groups = (ip: string) =>
      hex(ip)
        .join('')
        .replace(/^(....)/, '$1:');
    const forms = ['::ffff:', '::FFFF:', '0:0:0:0:0:ffff:', '0000:0000:0000:0000:0000:ffff:', '0::ffff:'];
    const ipv4 = fc
      .tuple(fc.ipV4(), fc.constantFrom(...forms), fc.constantFrom(groups, String))
      .chain(([ip, before, write]) => withText(ip, [before + write(ip), `[${before}${write(ip)}]:443`]));
    fc.assert(fc.property(ipv4, ([ip, text]) => expect(addressOf(text)).toBe(ip)));
  });

  it('finds an IPv6 address, with brackets, a zone and a port or without', () => {
    const ipv6 = fc
      .tuple(fc.ipV6(), port)
      .map(([ip, at]) => [ip.replace(/^::ffff:(?=\d+\.)/i, '::'), at] as const)
      .chain(([ip, at]) => withText(ip, [ip, `${ip}%eth0`, `[${ip}]`, `[${ip}]:${at}`, `[${ip}%1]:${at}`]));
    fc.assert(fc.property(ipv6, ([ip, text]) => expect(addressOf(text)).toBe(ip)));
  });

  it('makes nothing up: what it finds is an address, and nothing else stands there', () => {
    const sign = fc.constantFrom('"', '[', ']', ':', '%', '.', ',', ' ', '::', '::ffff:', '1', '80', '0x7f', '\n');
    const piece = fc.oneof(fc.ipV4(), fc.ipV6(), sign, fc.constantFrom('unknown', 'for='));
    const pieces = fc.array(piece, { maxLength: 6 }).map((each) => each.join(''));
    fc.assert(
      fc.property(fc.oneof(pieces, fc.string({ unit: 'binary' })), (text) => {
        const found = addressOf(text);
        if (found === null) return;
        expect(isIP(found)).not.toBe(0);
        expect(found).not.toContain('%');
        expect(text).toContain(found);
        expect(text.replace(found, '').replace(/%[^\]"]*/s, '')).toMatch(WHAT_IS_LEFT_OF_ONE);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    null,
    undefined,
    '',
    'unknown',
    '_hidden:80',
    '1.2.3',
    '127',
    '0x7f000001',
    '010.0.0.1',
    '256.0.0.1',
    '203.0.113.7:',
    '203.0.113.7:123456',
    '203.0.113.7%eth0',
    '[203.0.113.7]:80',
    '[]:80',
    '[::1]80',
    '""203.0.113.7""',
    '"203.0.113.7',
    '203.0.113.7, 203.0.113.8',
  ])('finds none in %j', (text) => {
    expect(addressOf(text)).toBeNull();
  });
});

describe('isAddress', () => {
  it.each([
    ['203.0.113.7', true],
    ['2001:db8::1', true],
    ['203.0.113.7:80', false],
    ['[2001:db8::1]', false],
    ['fe80::1%eth0', false],
    [' 203.0.113.7', false],
    [7, false],
  ])('%j: %s', (text, is) => {
    expect(isAddress(text)).toBe(is);
  });
});
