import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type * as Jose from 'jose';
import { LATCHKEY_OPTIONS, type LatchkeyOptions } from '../latchkey.options.js';
import { SecretScanner } from '../kernel/keys/secret-scanner.js';
import { displayOf } from '../identity/display-of.js';
import { IdentityProviderUnavailableError } from '../identity/errors.js';

// Asymmetric ones only: with a symmetric one, whoever can read the provider's public key could sign.
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const CLOCK_TOLERANCE_SECONDS = 5;
const FETCH_TIMEOUT_MS = 5000;
const REFETCH_AT_MOST_EVERY_MS = 30_000;
const CACHED_AT_MOST_MS = 600_000;
const LONGEST_SUBJECT = 255;
// What OpenID Connect puts into ID tokens, which tell a client who signed in and open nothing.
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash'];
// How Keycloak (`typ`) and Cognito (`token_use`) call tokens that are no access tokens.
const OTHER_TOKENS = /^(id|logout|refresh|offline)$/i;

/** A person, as their token says. */
export interface Person {
  subject: string;
  /** A name or an address to show; the subject if the token has neither. */
  display: string;
}

interface Verifier {
  jose: typeof Jose;
  keys: Jose.JWTVerifyGetKey;
}

/** Verifies people's access tokens (JSON Web Tokens, RFC 7519 and 9068) against the keys of the configured identity provider. */
@Injectable()
export class IdentityProvider implements OnModuleInit {
  private verifier: Verifier | undefined;

  constructor(
    @Inject(LATCHKEY_OPTIONS) private readonly options: LatchkeyOptions,
    private readonly secrets: SecretScanner,
  ) {}

  async onModuleInit(): Promise<void> {
    const { identityProvider } = this.options;
    if (!identityProvider) return;
    // Only who needs it loads it: as an ES module it cannot be loaded everywhere, such as in Jest under CommonJS.
    const jose = await import('jose');
    // Fetches anew for an unknown key id, but no oftener than the cooldown: forged ids cannot make it hammer the provider.
    const keys = jose.createRemoteJWKSet(new URL(identityProvider.jwksUrl), {
      timeoutDuration: FETCH_TIMEOUT_MS,
      cooldownDuration: REFETCH_AT_MOST_EVERY_MS,
      cacheMaxAge: CACHED_AT_MOST_MS,
    });
    this.verifier = { jose, keys };
  }

  /**
   * @returns undefined for a token that is not acceptable: wrong signature, algorithm, issuer, audience or time, no
   *   access token, a subject that holds a credential, or no provider is configured.
   * @throws {IdentityProviderUnavailableError} if the provider's keys cannot be had.
   */
  async verify(token: string): Promise<Person | undefined> {
    const { identityProvider } = this.options;
    if (!identityProvider || !this.verifier) return undefined;
    const { jose, keys } = this.verifier;
    try {
      const { protectedHeader, payload } = await jose.jwtVerify(token, keys, {
        issuer: identityProvider.issuer,
        audience: identityProvider.audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['sub', 'exp'],
      });
      return isAccessToken(protectedHeader, payload) ? personOf(payload, this.secrets) : undefined;
    } catch (error) {
      if (isRefusal(error, jose)) return undefined;
      throw new IdentityProviderUnavailableError(error);
    }
  }
}

function isAccessToken({ typ }: Jose.JWTHeaderParameters, claims: Jose.JWTPayload): boolean {
  // Of logout tokens and other security events (RFC 8417).
  if (claims['events'] !== undefined || typeof typ !== 'string') return false;
  const type = typ.toLowerCase().replace(/^application\//, '');
  if (type !== 'jwt') return type === 'at+jwt';
  if (ID_TOKEN_CLAIMS.some((claim) => claims[claim] !== undefined)) return false;
  return ![claims['typ'], claims['token_use']].some((use) => typeof use === 'string' && OTHER_TOKENS.test(use));
}

function personOf(claims: Jose.JWTPayload, secrets: SecretScanner): Person | undefined {
  // A claim may be anything; the library looks at some of them only.
  const { sub, name, email }: Record<string, unknown> = claims;
  // The subject stands on the trail for ever.
  if (!isSubject(sub) || secrets.redact(sub) !== sub) return undefined;
  const shown = [name, email, sub].map((claim) => displayOf(claim, secrets));
  return { subject: sub, display: shown.find((text) => text !== '') ?? '' };
}

function isSubject(claim: unknown): claim is string {
  if (typeof claim !== 'string' || claim === '' || claim.length > LONGEST_SUBJECT) return false;
  return claim.isWellFormed() && !claim.includes('\0');
}

// Everything else that jose throws is about fetching the keys: a time-out, or an answer that is no key set.
function isRefusal(error: unknown, { errors }: typeof Jose): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false;
  return error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC';
}
