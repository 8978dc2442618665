import { liesWithin } from '../kernel/network/ip-containment.js';
import type { FieldFault } from '../kernel/latchkey-error.js';
import type { RateLimit } from './principal.js';

/** What bounds the use of a key next to its permissions: until when, from where, how often. */
export interface Restrictions {
  /** RFC 3339, UTC. Null: for ever. */
  readonly expirationDate: string | null;
  /** Addresses and CIDR ranges. Empty: from anywhere. */
  readonly allowedIps: readonly string[];
  readonly rateLimit: RateLimit | null;
}

/** Those of members, operators and hosts: none. */
export const UNRESTRICTED: Restrictions = { expirationDate: null, allowedIps: [], rateLimit: null };

export function isRestricted({ expirationDate, allowedIps, rateLimit }: Restrictions): boolean {
  return expirationDate !== null || allowedIps.length > 0 || rateLimit !== null;
}

/** Where these restrictions bound less than the given bounds do: the field, and how. */
export function excessesOver(bounds: Restrictions, restrictions: Restrictions): FieldFault[] {
  return [
    ...fault('expirationDate', endsLater(bounds, restrictions), 'expires later than the caller does'),
    ...fault('allowedIps', reachesFurther(bounds, restrictions), 'is accepted from addresses that the caller is not'),
    ...fault('rateLimit', isMoreFrequent(bounds, restrictions), 'has a higher rate limit than the caller, or none'),
  ];
}

function fault(field: keyof Restrictions, exceeds: boolean, message: string): FieldFault[] {
  return exceeds ? [{ field, message }] : [];
}

function endsLater(bounds: Restrictions, { expirationDate }: Restrictions): boolean {
  if (bounds.expirationDate === null) return false;
  return expirationDate === null || Date.parse(expirationDate) > Date.parse(bounds.expirationDate);
}

function reachesFurther(bounds: Restrictions, { allowedIps }: Restrictions): boolean {
  if (bounds.allowedIps.length === 0) return false;
  return allowedIps.length === 0 || !liesWithin(allowedIps, bounds.allowedIps);
}

/** In the long run, or at once: the same rate over a longer window lets more uses come together. */
function isMoreFrequent(bounds: Restrictions, { rateLimit }: Restrictions): boolean {
  if (bounds.rateLimit === null) return false;
  if (rateLimit === null || rateLimit.limit > bounds.rateLimit.limit) return true;
  return rateLimit.limit * bounds.rateLimit.windowSeconds > bounds.rateLimit.limit * rateLimit.windowSeconds;
}
