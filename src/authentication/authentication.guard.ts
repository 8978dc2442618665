import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import passport from 'passport';
import { LatchkeyError } from '../kernel/latchkey-error.js';
import { requestOf, withHeaders, type HttpRequest } from '../http/request.js';
import { SecretScanner } from '../kernel/keys/secret-scanner.js';
import { withoutStack } from '../kernel/without-stack.js';
import type { RequestOrigin } from '../events/actor.js';
import { declaredAccess } from '../identity/access.js';
import { ApiKeyStrategy } from './api-key.strategy.js';
import { credentialOf, keepCredential, type Credential } from './credential.js';
import { UnauthenticatedError } from '../identity/errors.js';
import { HostUsers } from './host-users.js';
import { JsonWebTokenStrategy } from './json-web-token.strategy.js';
import type { Refusal, RefusalReason } from '../identity/ports.js';
import { Principal, type Identity } from '../identity/principal.js';
import { RefusedCommands } from '../refused-requests/refused-commands.js';
import { HttpOrigin } from './request-origin.js';
import { countedOnce, noteAdmitted, setPrincipal } from '../identity/request-principal.js';

// A key that is well-formed, or two credentials, are an answer; anything else may be of the host's users.
const LEFT_TO_THE_HOST: ReadonlySet<string> = new Set(['none', 'malformed', 'token'] satisfies RefusalReason[]);

/** Who are you? Lets a request pass only with an acceptable credential; a refusal is on the trail before it is answered. */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  private readonly passport = new passport.Passport();

  constructor(
    private readonly apiKeys: ApiKeyStrategy,
    private readonly tokens: JsonWebTokenStrategy,
    private readonly hostUsers: HostUsers,
    private readonly secrets: SecretScanner,
    private readonly refusedCommands: RefusedCommands,
  ) {}

  /**
   * Answers at once, without a promise, for a key that is in memory. Passport is asked for what is not refused from there.
   *
   * @throws {UnauthenticatedError} for every reason alike.
   * @throws {TooManyLookUpsError} if the credential would have to be looked up, and too many are.
   * @throws {StoreUnavailableError} if the credential cannot be checked.
   */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (declaredAccess(context)?.kind === 'public') return true;
    const request = requestOf(context);
    const credential = credentialOf(request);
    const identity = this.apiKeys.fromMemory(credential, request);
    if (!identity) return this.decideOrThrow(context, credential);
    return admit(context, identity, new HttpOrigin(context, this.secrets));
  }

  private async decideOrThrow(context: ExecutionContext, credential: Credential): Promise<boolean> {
    try {
      return await this.decide(context, credential);
    } catch (error) {
      throw error instanceof LatchkeyError ? withHeaders(context, error) : error;
    }
  }

  private async decide(context: ExecutionContext, credential: Credential): Promise<boolean> {
    const origin = new HttpOrigin(context, this.secrets);
    const request = requestOf(context);
    const refusal = this.hostUsers.exist ? undefined : this.apiKeys.refusalFromMemory(credential, request);
    if (refusal) return this.refuse(context, refusal, origin);
    // Passport hands on the request and nothing else.
    keepCredential(request, credential);
    const found = await this.authenticateByPassport(request, credential.kind === 'token' ? this.tokens : this.apiKeys);
    if (!('reason' in found)) return admit(context, found, origin);
    const user = LEFT_TO_THE_HOST.has(found.reason) ? await this.hostUsers.find(request, context) : undefined;
    return user ? admit(context, user, origin) : this.refuse(context, found, origin);
  }

  private authenticateByPassport(
    request: HttpRequest,
    shared: ApiKeyStrategy | JsonWebTokenStrategy,
  ): Promise<Identity | Refusal> {
    return new Promise((resolve, reject) => {
      const done = (error: Error | null, identity: Identity | false, refusal: Refusal): void => {
        if (error) reject(error);
        else resolve(identity || refusal);
      };
      // Passport writes this request's callbacks onto the strategy it is given: each request needs one of its own, or
      // a request that is still waiting would be answered as the caller of a later one.
      const strategy = Object.create(shared) as typeof shared;
      const middleware = this.passport.authenticate(strategy, { session: false }, done) as PassportMiddleware;
      // It would write to the response only if it were left to answer.
      middleware(request, {}, reject);
    });
  }

  private async refuse(context: ExecutionContext, refusal: Refusal, origin: RequestOrigin): Promise<never> {
    const error = withoutStack(() => new UnauthenticatedError());
    await this.refusedCommands.recordUnauthenticated(context, origin, refusal, error);
    throw error;
  }
}

type PassportMiddleware = (request: unknown, response: unknown, next: (error: unknown) => void) => void;

function admit(context: ExecutionContext, identity: Identity, origin: RequestOrigin): true {
  const request = requestOf(context);
  if (identity.use) identity.use = countedOnce(context, identity.use);
  setPrincipal(request, new Principal(identity, origin));
  if (context.getType() !== 'http') noteAdmitted(request, context.getHandler());
  return true;
}
