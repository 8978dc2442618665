import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import passport from 'passport';
import { headerOf, type HttpRequest } from '../http/request.js';
import { CredentialStrategy } from './credential-strategy.js';
import { credentialOf } from './credential.js';
import { IdentityProvider } from './identity-provider.js';
import { PermissionSet } from '../identity/permission-set.js';
import { MembershipDirectory, WorkspaceDirectory, type Refusal } from '../identity/ports.js';
import type { Identity } from '../identity/principal.js';

/** The Passport strategy for people: a JSON Web Token, and the person's membership in the workspace they act in. */
@Injectable()
export class JsonWebTokenStrategy extends PassportStrategy(CredentialStrategy, 'latchkey-jwt') {
  constructor(
    private readonly provider: IdentityProvider,
    private readonly memberships: MembershipDirectory,
    private readonly workspaces: WorkspaceDirectory,
  ) {
    super();
  }

  /** @throws {IdentityProviderUnavailableError} | {StoreUnavailableError} if the token cannot be checked. */
  async validate(request: HttpRequest): Promise<Identity | [false, Refusal]> {
    const credential = credentialOf(request);
    if (credential.kind !== 'token') return [false, { reason: 'malformed', key: null }];
    const person = await this.provider.verify(credential.token);
    if (!person) return [false, { reason: 'token', key: null }];
    const named = headerOf(request, 'x-workspace-id');
    const workspace = named === undefined ? undefined : await this.workspaces.find(named);
    const isNowhere = named !== undefined && workspace === undefined;
    const membership = isNowhere ? undefined : await this.memberships.find(person.subject, workspace);
    const { workspaceId, permissions } =
      membership && membership !== 'undecided' ? membership : { workspaceId: null, permissions: PermissionSet.none };
    return {
      type: 'user',
      id: person.subject,
      display: person.display,
      credentialId: person.subject,
      workspaceId,
      permissions,
      rateLimit: null,
      owner: person.subject,
      undecided: membership === 'undecided',
    };
  }

  // See ApiKeyStrategy.
  getPassportInstance(): object {
    return new passport.Passport();
  }
}
