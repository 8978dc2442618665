/** What a host passes to `LatchkeyModule.forRoot`. */
export interface LatchkeyOptions {
  /**
   * The first word of issued keys: a letter, then up to 15 letters or digits.
   *
   * @default 'lk'
   */
  keyPrefix: string;
  /**
   * The operator's key, at least 32 characters.
   *
   * @default the one that was generated and stored, if there is one
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

export const LATCHKEY_OPTIONS = Symbol('LATCHKEY_OPTIONS');

/** Tells whether a lease may be this long: shorter ones would run out between two renewals. */
export function isLeaseMs(milliseconds: number): boolean {
  return Number.isInteger(milliseconds) && milliseconds >= 100 && milliseconds <= 60_000;
}
