import { Inject, Injectable } from '@nestjs/common';
import {
  CredentialVerifier,
  type AcceptedKey,
  type AcceptedUse,
  type AuthenticationResult,
  type RefusalReason,
  type RefusedAuthentication,
  type RefusedKey,
} from '../identity/ports.js';
import type { Caller } from '../identity/key-use.js';
import { PresentedKey } from '../identity/presented-key.js';
import type { RateLimit } from '../identity/principal.js';
import { RateLimits } from '../rate-limits/rate-limits.js';
import { Clock } from '../kernel/clock.js';
import { digestOf, LONGEST_KEY } from '../kernel/keys/key-format.js';
import { RateLimitExceededError } from '../rate-limits/errors.js';
import { networkOf } from '../kernel/network/network.js';
import { LATCHKEY_OPTIONS, type LatchkeyOptions } from '../latchkey.options.js';
import { Revocations, type Eviction } from '../revocation/revocations.js';
import { KeyUses } from '../usage/counting/key-uses.js';
import type { Outcome } from '../usage/counting/use-counter.js';
import { KeyCache } from './key-cache.js';
import { KeyLookUps } from './key-look-ups.js';
import { RefusedVerifications } from './refused-verifications.js';
import type { CachedKey } from './cached-key.js';
import { KeyStore } from './key-store.js';
import { assertRequest, assertWorkspace, isOfWorkspace, type VerificationRequest } from './verification-request.js';

/** Why a key was refused. Tell a key's own user none of it. */
export type VerificationRefusal = RefusalReason | 'insufficient_permissions' | 'rate_limited';

export type VerificationResult =
  | { valid: true; key: AcceptedKey }
  | {
      valid: false;
      reason: VerificationRefusal;
      key: RefusedKey | null;
      /** Those of the permissions that the key lacks. */
      missing?: string[];
      /** With `rate_limited`: when the use may be tried again; null if it costs more than the whole limit. */
      retryAfterSeconds?: number | null;
    };

/** What has been verified since this instance started. */
export interface VerificationStatistics {
  /** How often each outcome: `valid`, or why not. */
  outcomes: Record<string, number>;
  /** Answers from memory. */
  hits: number;
  /** Answers that the database was asked for. */
  misses: number;
  /** Look-ups in the database that run or wait now. */
  pending: number;
  /** Look-ups that were refused, for their source or all sources together had too many. */
  refused: number;
  /** Keys in memory. */
  cached: number;
  capacity: number;
}

type CheckedKey = { valid: true; key: CachedKey } | { valid: false; reason: RefusalReason; key: RefusedKey | null };

const ANYTHING: VerificationRequest = {};

/** What is reported of refused uses of a key that is there. */
const COUNTED: Partial<Record<VerificationRefusal, Exclude<Outcome, 'valid'>>> = {
  insufficient_permissions: 'denied',
  ip_not_allowed: 'denied',
  expired: 'expired',
  disabled: 'disabled',
  orphaned: 'disabled',
  rate_limited: 'rateLimited',
};
const INSPECTION = 'inspection';

/**
 * Tells whether a key is acceptable now. A key that was acceptable before is answered from memory: no I/O, no promise.
 * Everything else asks the database, and every refusal of a well-formed key takes that same way, so that its time tells
 * nothing.
 *
 * Linearizable: once a change of a key has been answered, on any instance, no verification that starts afterwards is
 * answered from what was before.
 */
@Injectable()
export class KeyVerifier extends CredentialVerifier {
  private readonly cache: KeyCache;
  private readonly lookUps: KeyLookUps;
  private readonly outcomes: Record<string, number> = { valid: 0 };
  private hits = 0;
  private misses = 0;

  constructor(
    keys: KeyStore,
    private readonly revocations: Revocations,
    private readonly rateLimits: RateLimits,
    private readonly uses: KeyUses,
    private readonly refusals: RefusedVerifications,
    private readonly clock: Clock,
    @Inject(LATCHKEY_OPTIONS) { cacheSize }: LatchkeyOptions,
  ) {
    super();
    this.cache = new KeyCache(cacheSize);
    this.lookUps = new KeyLookUps(keys, this.cache, revocations);
    revocations.onRevoked((eviction) => this.evict(eviction));
  }

  /**
   * Verifies a key and counts the use. Answered at once if the key is in memory and has no rate limit; awaiting the
   * answer is always right. The key in it is frozen: all who ask are given the same.
   *
   * @throws {TooManyLookUpsError} if too many keys that are not in memory are being looked up: for the network of `ip`, or
   * without one for the workspace.
   * @throws {StoreUnavailableError} if that cannot be found out: never a guess.
   */
  verify(apiKey: string, request: VerificationRequest = ANYTHING): VerificationResult | Promise<VerificationResult> {
    assertRequest(request);
    const presented = new PresentedKey(apiKey);
    const key = this.fromCache(presented, request);
    return key ? this.authorize(key, request) : this.verifyStored(presented, request);
  }

  /** Who the key is; its permissions and its rate limit are the caller's to heed. @see verify */
  authenticate(presented: PresentedKey, caller: Caller): AuthenticationResult | Promise<AuthenticationResult> {
    const key = this.fromCache(presented, caller);
    return key ? { valid: true, ...this.acceptUse(key, caller) } : this.authenticateStored(presented, caller);
  }

  authenticateFromMemory(
    presented: PresentedKey,
    caller: Caller,
    isWanted?: (key: AcceptedKey) => boolean,
  ): AcceptedUse | undefined {
    const key = this.fromCache(presented, caller);
    if (!key || (isWanted && !isWanted(key.accepted))) return undefined;
    return this.acceptUse(key, caller);
  }

  refuseFromMemory(presented: PresentedKey, ip: string | null): RefusedAuthentication | undefined {
    if (!presented.isWellFormed) return this.refuse('malformed', null);
    this.lookUps.assertRoomFor(presented.hash, networkOf(ip));
    return undefined;
  }

  /**
   * Whether the key with this hash is accepted at this moment, from memory or else by the database, and then remembered:
   * as {@link verify} finds it, for somebody who does not know the key. Counts nothing, and heeds no addresses.
   */
  async accepts(hash: string): Promise<boolean> {
    const remembered = this.revocations.mayServeFromMemory() ? this.cache.get(digestOf(hash)) : undefined;
    if (remembered && !remembered.isExpired(this.clock)) return true;
    const { state, key } = await this.lookUps.find(hash, INSPECTION);
    return state === 'acceptable' && !key.isExpired(this.clock);
  }

  statistics(): VerificationStatistics {
    const { outcomes, hits, misses, cache, lookUps } = this;
    const { pending, refused } = lookUps;
    return { outcomes: { ...outcomes }, hits, misses, pending, refused, cached: cache.size, capacity: cache.capacity };
  }

  /** The key, if it is in memory and acceptable from there. Its form need not be looked at: it was once. */
  private fromCache(presented: PresentedKey, caller: Caller): CachedKey | undefined {
    if (!this.revocations.mayServeFromMemory()) return undefined;
    if (typeof presented.text !== 'string' || presented.text.length > LONGEST_KEY) return undefined;
    const key = this.cache.get(presented.digest);
    if (!key || key.isExpired(this.clock) || !key.isAllowedTo(caller)) return undefined;
    this.hits += 1;
    return key;
  }

  private async verifyStored(presented: PresentedKey, request: VerificationRequest): Promise<VerificationResult> {
    assertWorkspace(request.workspaceId);
    const result = await this.check(presented, request.ip, sourceOf(request));
    if (result.valid) return this.authorize(result.key, request);
    const isForeign = result.key !== null && !isOfWorkspace(request.workspaceId, result.key);
    const recorded = this.refusals.record(result.key, result.reason, request.ip);
    // How long it takes must not tell that there is such a key.
    if (isForeign) recorded.catch(() => undefined);
    else await recorded;
    return isForeign ? this.refuse('unknown', null) : this.refuse(result.reason, result.key, clientOf(request));
  }

  private async authenticateStored(presented: PresentedKey, caller: Caller): Promise<AuthenticationResult> {
    const { ip } = caller;
    const result = await this.check(presented, ip, networkOf(ip));
    if (result.valid) return { valid: true, ...this.acceptUse(result.key, caller) };
    return this.refuse(result.reason, result.key, caller);
  }

  private authorize(key: CachedKey, request: VerificationRequest): VerificationResult | Promise<VerificationResult> {
    const { workspaceId, permissions } = request;
    if (!isOfWorkspace(workspaceId, key)) return this.refuse('unknown', null);
    if (permissions !== undefined && permissions.length > 0) {
      const missing = key.permissions.missing(permissions);
      if (missing.length > 0) {
        return { ...this.refuse('insufficient_permissions', key, clientOf(request)), missing };
      }
    }
    return key.rateLimit ? this.authorizeWithin(key.rateLimit, key, request) : this.accept(key, request);
  }

  private async authorizeWithin(
    limit: RateLimit,
    key: CachedKey,
    request: VerificationRequest,
  ): Promise<VerificationResult> {
    try {
      await this.rateLimits.consume(key, limit, request.cost);
    } catch (error) {
      if (!(error instanceof RateLimitExceededError)) throw error;
      const refused = this.refuse('rate_limited', key, clientOf(request));
      return { ...refused, retryAfterSeconds: error.retryAfterSeconds };
    }
    return this.accept(key, request);
  }

  private accept(key: CachedKey, request: VerificationRequest): { valid: true; key: AcceptedKey } {
    const { permissions } = request;
    const use = this.uses.accepted(key, clientOf(request));
    if (permissions !== undefined && permissions.length > 0) use.grant(permissions);
    this.count('valid');
    return { valid: true, key: key.accepted };
  }

  private acceptUse(key: CachedKey, caller: Caller): AcceptedUse {
    this.count('valid');
    return { key: key.accepted, use: this.uses.accepted(key, caller) };
  }

  /** @param caller whose use of the key it was; undefined if it is not to be known that there is the key */
  private refuse<Reason extends VerificationRefusal>(reason: Reason, key: RefusedKey | null, caller?: Caller) {
    this.count(reason);
    const outcome = COUNTED[reason];
    if (outcome !== undefined && key && caller) this.uses.refused(key.id, outcome, caller);
    return { valid: false as const, reason, key: key && refusedKeyOf(key) };
  }

  private count(outcome: string): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
  }

  private async check(presented: PresentedKey, ip: string | null | undefined, source: string): Promise<CheckedKey> {
    if (!presented.isWellFormed) return { valid: false, reason: 'malformed', key: null };
    const answer = this.lookUps.find(presented.hash, source);
    this.misses += 1;
    const { state, key } = await answer;
    if (state !== 'acceptable') return { valid: false, reason: state, key };
    // It may have ended while somebody else looked it up.
    if (key.isExpired(this.clock)) return { valid: false, reason: 'expired', key };
    return key.isAllowedTo({ ip }) ? { valid: true, key } : { valid: false, reason: 'ip_not_allowed', key };
  }

  private evict(eviction: Eviction): void {
    this.lookUps.evict();
    this.cache.evict(eviction);
  }
}

/** Who used the key: as whoever verifies says, who may know no more than the address. */
function clientOf(request: VerificationRequest): Caller {
  const { client, ip } = request;
  if (client === undefined) return request;
  return client.ip === undefined ? { ...client, ip } : client;
}

/** One of its own for each answer, without the hash. */
function refusedKeyOf({ id, name, workspaceId }: RefusedKey): RefusedKey {
  return { id, name, workspaceId };
}

/** On whose account a key is looked up. What a caller says of its own users counts for that caller alone. */
function sourceOf({ workspaceId, ip }: VerificationRequest): string {
  const network = ip ? networkOf(ip) : undefined;
  return [workspaceId?.toLowerCase(), network].filter(Boolean).join(' ') || 'host';
}
