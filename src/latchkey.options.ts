import type { PrincipalResolver } from './identity/principal-resolver.js';
import type { Permission } from './identity/permission-catalogue.js';
import { isKeyPrefix, KEY_PREFIX_RULE } from './kernel/keys/key-format.js';
import { isLeaseMs } from './kernel/lease-length.js';
import { isOperatorKey, OPERATOR_KEY_RULE } from './kernel/keys/operator-key.js';

/** A group of routes, by the first word of their paths. */
export type LatchkeyController = 'apikey' | 'verify' | 'me' | 'workspace' | 'role' | 'member' | 'permission' | 'audit';

/** What Latchkey does, every default filled in. A host passes {@link LatchkeyModuleOptions}. */
export interface LatchkeyOptions {
  /**
   * What issued keys begin with: a letter, then up to 15 letters, digits or `_`, the last no `_`, as in `acme_live`.
   *
   * @default 'lk'
   */
  keyPrefix: string;
  /**
   * The key of the operator named `environment`: 32 to 512 characters of visible ASCII, not obviously weak. It is taken
   * up, changed or dropped, with a record on the trail, whenever an application with HTTP starts: give it to all of them
   * that share a database, or to none.
   *
   * @default none: there is no operator of this name
   */
  operatorKey?: string;
  /**
   * Whose JSON Web Tokens are accepted from people.
   *
   * @default nobody's
   */
  identityProvider?: IdentityProviderOptions;
  /**
   * How many keys are remembered, so that they are verified without asking the database; a key with large metadata
   * counts for several. 0: none are, ever; then this instance holds no lease, and several processes may share one SQLite
   * database as long as none of them remembers keys.
   *
   * @default 100_000
   */
  cacheSize: number;
  /**
   * For how long, in milliseconds, an instance may answer from memory when it is cut off from PostgreSQL: 100 to 60,000.
   * A restricting change waits for an instance that has died at most this long.
   *
   * @default 2000
   */
  leaseMs: number;
  /**
   * A `postgres://` URL to the server itself, where the data source goes through a pooler in transaction mode: on such a
   * connection no instance would hear of revocations.
   *
   * @default the connection settings of the data source
   */
  directUrl?: string;
  /**
   * A folder where this process notes which records of the trail were acknowledged last, in a file named by the id of the
   * database. At the next start a database without them is taken for a restored backup; see {@link restored}. Best on another
   * volume than the database, and one that outlives the process.
   *
   * @default next to the file of a SQLite database; none on PostgreSQL: then a restored backup is not noticed
   */
  stateDir?: string;
  /**
   * What becomes of a database that is older than what was acknowledged, and so would accept keys that were deleted since.
   * `refuse`: the application does not start. `accept`: it starts, which is on the trail as `audit.log_restored`, and goes
   * on from there; to be set for one start only. `ignore`: it starts and warns, and the next start with `refuse` fails still;
   * for tools that repair the database.
   *
   * @default 'refuse'
   */
  restored: 'refuse' | 'accept' | 'ignore';
  /**
   * The host's own permissions, from `definePermissions`: keys and roles of every workspace may carry them.
   *
   * @default none
   */
  permissions?: { readonly list: readonly Permission[] };
  /**
   * Tells which user of the host's own a request is from, if it has no API key.
   *
   * @default nobody
   */
  principalResolver?: PrincipalResolver;
}

/** An OpenID Connect provider, or another that publishes its keys as a JWK set (RFC 7517). */
export interface IdentityProviderOptions {
  /** The `iss` of its tokens, exactly. */
  issuer: string;
  /** The `aud` its tokens must have. */
  audience: string;
  /** Where its public keys are. */
  jwksUrl: string;
}

/** What shapes the module itself, and so must be known at once, not come from a factory. */
export interface LatchkeySetup {
  /**
   * The name of the TypeORM data source that has `LATCHKEY_ENTITIES`.
   *
   * @default the application's default data source
   */
  dataSource?: string;
  /**
   * What the paths of Latchkey's routes begin with, behind the host's own global prefix; `''` for nothing.
   *
   * @default 'latchkey'
   */
  routePrefix?: string;
  /**
   * Which of Latchkey's routes there are. Without `verify`, keys are still verified by the guards and `KeyVerifier`.
   *
   * @default 'all'
   */
  controllers?: 'all' | 'none' | readonly LatchkeyController[];
}

/** What a host passes to `LatchkeyModule.forRoot`. Everything has a default. */
export type LatchkeyModuleOptions = Partial<LatchkeyOptions> & LatchkeySetup;

/** For `useClass` and `useExisting`: makes the options with whatever is injected into it. */
export interface LatchkeyOptionsFactory {
  createLatchkeyOptions(): Partial<LatchkeyOptions> | Promise<Partial<LatchkeyOptions>>;
}

export const LATCHKEY_OPTIONS = Symbol('LATCHKEY_OPTIONS');

const SETUP: Record<keyof LatchkeySetup, true> = { dataSource: true, routePrefix: true, controllers: true };
const OPTIONS: Record<keyof LatchkeyOptions, true> = {
  keyPrefix: true,
  operatorKey: true,
  identityProvider: true,
  cacheSize: true,
  leaseMs: true,
  directUrl: true,
  stateDir: true,
  restored: true,
  permissions: true,
  principalResolver: true,
};

const RESTORED: ReadonlySet<string> = new Set<LatchkeyOptions['restored']>(['refuse', 'accept', 'ignore']);

/** @throws {Error} if an option is unknown or out of range; the message names it. */
export function checkedOptions(options: Partial<LatchkeyOptions>): LatchkeyOptions {
  assertKnown(Object.keys(options));
  const { keyPrefix = 'lk', cacheSize = 100_000, leaseMs = 2000, restored = 'refuse', ...rest } = options;
  if (!isKeyPrefix(keyPrefix)) throw new Error(`keyPrefix must be ${KEY_PREFIX_RULE}.`);
  if (rest.operatorKey !== undefined && !isOperatorKey(rest.operatorKey)) {
    throw new Error(`operatorKey must have ${OPERATOR_KEY_RULE}.`);
  }
  if (!Number.isSafeInteger(cacheSize) || cacheSize < 0) throw new Error('cacheSize must be a number of keys, or 0.');
  if (!isLeaseMs(leaseMs)) throw new Error('leaseMs must be a number of milliseconds from 100 to 60000.');
  if (!RESTORED.has(restored)) throw new Error(`restored must be ${[...RESTORED].join(', ')}.`);
  return { ...rest, keyPrefix, cacheSize, leaseMs, restored };
}

// The compiler does not look for more than is asked for in what a factory returns.
function assertKnown(names: readonly string[]): void {
  for (const name of names) {
    if (name in SETUP)
      throw new Error(`${name} must be given to forRootAsync itself, next to where its options come from.`);
    if (!(name in OPTIONS)) throw new Error(`There is no option ${name}.`);
  }
}
