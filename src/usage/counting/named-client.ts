import { hash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Caller } from '../../identity/key-use.js';
import { addressOf, canonicalIpv6 } from '../../kernel/network/address.js';
import type { SecretScanner } from '../../kernel/keys/secret-scanner.js';

export const LONGEST_APPLICATION = 100;
export const LONGEST_USER_AGENT = 512;

const ID_LENGTH = 22;
const MOST_READ = 4096;
/** Control characters, those that turn the direction of what stands around them, and ends of lines. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;
// RFC 9110, 10.1.5: a product, and after a slash its version.
const PRODUCT = /^[^\s/(]+/;

/** Who uses a key, as they say themselves: bounded, without control characters, and with every credential masked. */
export interface NamedClient {
  readonly application: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

const MOST_REMEMBERED = 1000;

/** Names clients, and remembers those that it named last: most come again. */
export class NamedClients {
  private readonly known = new Map<string, NamedClient>();

  constructor(private readonly secrets: SecretScanner) {}

  of(caller: Caller): NamedClient {
    const text = `${caller.application ?? ''}\n${caller.ip ?? ''}\n${caller.userAgent ?? ''}`;
    const known = this.known.get(text);
    if (known) return known;
    const client = namedClientOf(caller, this.secrets);
    if (this.known.size >= MOST_REMEMBERED) this.known.clear();
    this.known.set(text, client);
    return client;
  }
}

/** The application is the one that the caller names, or else the product of the user agent. */
function namedClientOf({ application, ip, userAgent }: Caller, secrets: SecretScanner): NamedClient {
  const agent = plain(userAgent, LONGEST_USER_AGENT, secrets);
  const named = plain(application, LONGEST_APPLICATION, secrets);
  return {
    application: named ?? agent?.match(PRODUCT)?.[0].slice(0, LONGEST_APPLICATION) ?? null,
    ip: oneFormOf(addressOf(ip)),
    userAgent: agent,
  };
}

/** An IPv6 address is written in many ways. */
function oneFormOf(ip: string | null): string | null {
  return ip !== null && isIPv6(ip) ? canonicalIpv6(ip) : ip;
}

/** Tells a client of a key from others; the same for the same client on every instance. */
export function clientIdOf(keyId: string, { application, ip, userAgent }: NamedClient): string {
  return hash('sha256', JSON.stringify([keyId, application, ip, userAgent]), 'base64url').slice(0, ID_LENGTH);
}

function plain(text: string | null | undefined, longest: number, secrets: SecretScanner): string | null {
  if (text === null || text === undefined) return null;
  const safe = text.slice(0, MOST_READ).replace(UNSAFE, '').toWellFormed();
  const shown = secrets.redact(safe).slice(0, longest).toWellFormed().trim();
  return shown === '' ? null : shown;
}
