import { isIP } from 'node:net';

const QUOTED = /^"([^"]*)"$/;
const IPV4_AND_PORT = /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/;
const IPV6_IN_BRACKETS = /^\[([^\]]*:[^\]]*)\](?::\d{1,5})?$/;
const IPV4_IN_IPV6 = /^::ffff:(?=\d+\.)/i;
const IN_TWO_GROUPS = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;
const ZONE = /%.*$/s;

/**
 * The address in what a socket or a proxy says of a caller. Proxies write `203.0.113.7:61234`, `[2001:db8::5]:443` and
 * quotes too. Without the port and the zone; an IPv4 address in IPv6 form as itself.
 *
 * @returns null for what is no address, such as `unknown`: nothing is guessed from it.
 */
export function addressOf(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  if (isIP(text) === 4) return text;
  const trimmed = text.trim();
  const entry = QUOTED.exec(trimmed)?.[1] ?? trimmed;
  const [, written = entry] = IPV4_AND_PORT.exec(entry) ?? IPV6_IN_BRACKETS.exec(entry) ?? [];
  if (isIP(written) === 0) return null;
  return plainAddress(written.replace(ZONE, ''));
}

/** An address; of an IPv4 address in IPv6 form, however that is written, the address itself. */
export function plainAddress(address: string): string {
  // As most write it.
  const plain = address.replace(IPV4_IN_IPV6, '');
  if (isIP(plain) !== 6 || !/ffff/i.test(plain)) return plain;
  const groups = IN_TWO_GROUPS.exec(canonicalIpv6(plain))?.slice(1);
  if (!groups) return plain;
  return groups
    .map((group) => parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 255])
    .join('.');
}

/** The WHATWG form, which spells an IPv6 address in one way: in lower case, an IPv4 tail as two groups. */
export function canonicalIpv6(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

/** Tells whether text is an IPv4 or IPv6 address and nothing more. */
export function isAddress(text: unknown): text is string {
  return typeof text === 'string' && isIP(text) !== 0 && !text.includes('%');
}
