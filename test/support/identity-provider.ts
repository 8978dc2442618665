import { CompactSign, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export const ISSUER = 'https://identity.example';
export const AUDIENCE = 'latchkey';

interface Claims {
  /** The `typ` of the header; null: none. */
  type?: string | null;
  issuer?: string;
  audience?: string;
  expiresIn?: string | number | null;
  notBefore?: string;
  kid?: string;
  [claim: string]: unknown;
}

/** An identity provider on the loopback address: publishes its keys, signs tokens, counts how often its keys were fetched. */
export class IdentityProviderFixture {
  fetches = 0;
  private readonly keys = new Map<string, { privateKey: CryptoKey; jwk: JWK }>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<IdentityProviderFixture> {
    const server = createServer();
    const provider = new IdentityProviderFixture(server);
    server.on('request', (_, response) => {
      provider.fetches += 1;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: [...provider.keys.values()].map(({ jwk }) => jwk) }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await provider.addKey('first');
    return provider;
  }

  /** What the service needs to trust it. */
  get variables(): Record<string, string> {
    const { port } = this.server.address() as AddressInfo;
    return { AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE, AUTH_JWKS_URL: `http://127.0.0.1:${port}/keys` };
  }

  async addKey(kid: string): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    this.keys.set(kid, { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } });
  }

  publicKey(kid: string): JWK {
    const key = this.keys.get(kid);
    if (!key) throw new Error(`No key ${kid}.`);
    return key.jwk;
  }

  /** An access token of a person, good for ten minutes unless the claims say otherwise. */
  token(sub: string, claims: Claims = {}): Promise<string> {
    const {
      type = 'at+jwt',
      issuer = ISSUER,
      audience = AUDIENCE,
      expiresIn = '10m',
      notBefore,
      kid = 'first',
      ...rest
    } = claims;
    const key = this.keys.get(kid);
    if (!key) throw new Error(`No key ${kid}.`);
    const token = new SignJWT({ sub, ...rest })
      .setProtectedHeader({ alg: 'ES256', kid, ...(type !== null && { typ: type }) })
      .setIssuedAt()
      .setIssuer(issuer)
      .setAudience(audience);
    if (expiresIn !== null) token.setExpirationTime(expiresIn);
    if (notBefore !== undefined) token.setNotBefore(notBefore);
    return token.sign(key.privateKey);
  }

  /** A signed token with just these claims. */
  sign(claims: object, header: object = { typ: 'JWT' }): Promise<string> {
    const key = this.keys.get('first');
    if (!key) throw new Error('No key.');
    const text = new TextEncoder().encode(JSON.stringify(claims));
    return new CompactSign(text).setProtectedHeader({ alg: 'ES256', kid: 'first', ...header }).sign(key.privateKey);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
