import { Inject, Injectable } from '@nestjs/common';
import {
  CredentialVerifier,
  type AcceptedKey,
  type AuthenticationResult,
  type Caller,
  type RefusalReason,
  type RefusedKey,
} from '../auth/ports.js';
import type { RateLimit } from '../auth/principal.js';
import { RateLimits } from '../auth/rate-limits.js';
import { Clock } from '../common/clock.js';
import { digestKey, digestOf, hashKey, isWellFormedKey, LONGEST_KEY } from '../common/key-format.js';
import { RateLimitExceededError, StoreUnavailableError } from '../common/latchkey-error.js';
import { LATCHKEY_OPTIONS, type LatchkeyOptions } from '../latchkey.options.js';
import { Revocations, type Forgotten } from '../revocation/revocations.js';
import { KeyUses } from '../usage/key-uses.js';
import { KeyCache } from './key-cache.js';
import type { RememberedKey } from './remembered-key.js';
import { StoredKeys, type FoundKey } from './stored-keys.js';

/** What a key is asked for. */
export interface VerificationRequest {
  /** What it must be allowed to do, all of it: `resource:action`, or a wildcard that it must hold whole. */
  permissions?: readonly string[];
  /** Where it is used from. A key with `allowedIps` is refused without one. */
  ip?: string | null;
  /** Keys of other workspaces are unknown. */
  workspaceId?: string;
  /**
   * How much of the key's rate limit this takes, 1 or more.
   *
   * @default 1
   */
  cost?: number;
}

/** Why a key was refused. Tell a key's own user none of it. */
export type VerificationRefusal = RefusalReason | 'insufficient_permissions' | 'rate_limited';

export type VerificationResult =
  | { valid: true; key: RememberedKey }
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
  /** Keys in memory. */
  cached: number;
  capacity: number;
}

type Judgement = { valid: true; key: RememberedKey } | { valid: false; reason: RefusalReason; key: RefusedKey | null };

const ANYTHING: VerificationRequest = {};
// Beyond, whoever sends made-up keys would fill the memory with waiting look-ups.
const MOST_LOOK_UPS = 1000;

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
  private lookUps = new Map<string, Promise<FoundKey>>();
  private underWay = 0;
  /** Changes with every revocation: what was read before is not remembered after. */
  private generation = 0;
  private readonly outcomes: Record<string, number> = { valid: 0 };
  private hits = 0;
  private misses = 0;

  constructor(
    private readonly keys: StoredKeys,
    private readonly revocations: Revocations,
    private readonly rateLimits: RateLimits,
    private readonly uses: KeyUses,
    private readonly clock: Clock,
    @Inject(LATCHKEY_OPTIONS) { cacheSize }: LatchkeyOptions,
  ) {
    super();
    this.cache = new KeyCache(cacheSize);
    revocations.onRevoked((forgotten) => this.forget(forgotten));
  }

  /**
   * Verifies a key and counts the use. Answered at once if the key is in memory and has no rate limit; awaiting the
   * answer is always right.
   *
   * @throws {StoreUnavailableError} if that cannot be found out: never a guess.
   */
  verify(apiKey: string, request: VerificationRequest = ANYTHING): VerificationResult | Promise<VerificationResult> {
    const key = this.recall(apiKey, request);
    return key ? this.admit(key, request) : this.verifyStored(apiKey, request);
  }

  /** Who the key is; its permissions and its rate limit are the caller's to heed. @see verify */
  authenticate(apiKey: string, ip: string | null): AuthenticationResult | Promise<AuthenticationResult> {
    const key = this.recall(apiKey, { ip });
    return key ? this.accept(key) : this.authenticateStored(apiKey, ip);
  }

  /** The same if that can be told from memory; undefined if it cannot, whatever the reason. */
  authenticateFromMemory(apiKey: string, caller: Caller): AcceptedKey | undefined {
    const key = this.recall(apiKey, caller);
    return key && this.accept(key).key;
  }

  /**
   * Whether the key with this hash is accepted at this moment, from memory or else by the database, and then remembered:
   * as {@link verify} finds it, for somebody who does not know the key. Counts nothing, and heeds no addresses.
   */
  async accepts(hash: string): Promise<boolean> {
    const remembered = this.revocations.mayServeFromMemory() ? this.cache.get(digestOf(hash)) : undefined;
    if (remembered && !remembered.isExpired(this.clock)) return true;
    const { state, key } = await this.lookUp(hash);
    return state === 'acceptable' && !key.isExpired(this.clock);
  }

  statistics(): VerificationStatistics {
    const { outcomes, hits, misses, cache } = this;
    return { outcomes: { ...outcomes }, hits, misses, cached: cache.size, capacity: cache.capacity };
  }

  /** The key, if it is in memory and acceptable from there. Its form need not be looked at: it was once. */
  private recall(apiKey: string, caller: Caller): RememberedKey | undefined {
    if (!this.revocations.mayServeFromMemory()) return undefined;
    if (typeof apiKey !== 'string' || apiKey.length > LONGEST_KEY) return undefined;
    const key = this.cache.get(digestKey(apiKey));
    if (!key || key.isExpired(this.clock) || !key.isAllowedTo(caller)) return undefined;
    this.hits += 1;
    return key;
  }

  private async verifyStored(apiKey: string, request: VerificationRequest): Promise<VerificationResult> {
    const result = await this.judge(apiKey, request.ip);
    if (result.valid) return this.admit(result.key, request);
    const isForeign = request.workspaceId !== undefined && result.key?.workspaceId !== request.workspaceId;
    return isForeign && result.key ? this.refuse('unknown', null) : this.refuse(result.reason, result.key);
  }

  private async authenticateStored(apiKey: string, ip: string | null): Promise<AuthenticationResult> {
    const result = await this.judge(apiKey, ip);
    if (result.valid) return this.accept(result.key);
    this.count(result.reason);
    return result;
  }

  private admit(
    key: RememberedKey,
    { workspaceId, permissions, cost }: VerificationRequest,
  ): VerificationResult | Promise<VerificationResult> {
    if (workspaceId !== undefined && workspaceId !== key.workspaceId) return this.refuse('unknown', null);
    if (permissions !== undefined && permissions.length > 0) {
      const missing = key.permissions.missing(permissions);
      if (missing.length > 0) return { ...this.refuse('insufficient_permissions', key), missing };
    }
    return key.rateLimit ? this.admitWithin(key.rateLimit, key, cost) : this.accept(key);
  }

  private async admitWithin(limit: RateLimit, key: RememberedKey, cost?: number): Promise<VerificationResult> {
    try {
      await this.rateLimits.consume(key.id, limit, cost);
    } catch (error) {
      if (!(error instanceof RateLimitExceededError)) throw error;
      return { ...this.refuse('rate_limited', key), retryAfterSeconds: error.retryAfterSeconds };
    }
    return this.accept(key);
  }

  private accept(key: RememberedKey): { valid: true; key: RememberedKey } {
    this.uses.count(key);
    this.count('valid');
    return { valid: true, key };
  }

  private refuse<Reason extends VerificationRefusal>(reason: Reason, key: RefusedKey | null) {
    this.count(reason);
    return { valid: false as const, reason, key };
  }

  private count(outcome: string): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
  }

  private async judge(apiKey: string, ip: string | null | undefined): Promise<Judgement> {
    if (!isWellFormedKey(apiKey)) return { valid: false, reason: 'malformed', key: null };
    this.misses += 1;
    const { state, key } = await this.lookUp(hashKey(apiKey));
    if (state !== 'acceptable') return { valid: false, reason: state, key };
    // It may have ended while somebody else looked it up.
    if (key.isExpired(this.clock)) return { valid: false, reason: 'expired', key };
    return key.isAllowedTo({ ip }) ? { valid: true, key } : { valid: false, reason: 'ip_not_allowed', key };
  }

  /** Asks the database, together with whoever asks for the same key at this moment. */
  private lookUp(hash: string): Promise<FoundKey> {
    // Cut off from revocations, a look-up that is under way may have read what has been revoked since.
    if (!this.revocations.mayServeFromMemory()) return this.read(hash);
    const joined = this.lookUps.get(hash);
    if (joined) return joined;
    const lookUp = this.readToRemember(hash);
    const { lookUps } = this;
    lookUps.set(hash, lookUp);
    const done = (): void => void lookUps.delete(hash);
    lookUp.then(done, done);
    return lookUp;
  }

  private async readToRemember(hash: string): Promise<FoundKey> {
    const { generation } = this;
    const found = await this.read(hash);
    const isCurrent = generation === this.generation;
    if (found.state === 'acceptable' && isCurrent) this.cache.add(found.key);
    return found;
  }

  private async read(hash: string): Promise<FoundKey> {
    if (this.underWay >= MOST_LOOK_UPS)
      throw new StoreUnavailableError(new Error('Too many keys are being looked up.'));
    this.underWay += 1;
    try {
      return await this.keys.find(hash, (id) => this.cache.workspace(id));
    } finally {
      this.underWay -= 1;
    }
  }

  private forget(forgotten: Forgotten): void {
    this.generation += 1;
    // Nobody who starts now joins a look-up that started before.
    this.lookUps = new Map();
    this.cache.forget(forgotten);
  }
}
