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
