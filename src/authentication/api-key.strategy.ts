import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import passport from 'passport';
import type { HttpRequest } from '../http/request.js';
import { CredentialStrategy } from './credential-strategy.js';
import { credentialOf, type Credential } from './credential.js';
import { PermissionSet } from '../identity/permission-set.js';
import {
  CredentialVerifier,
  OperatorDirectory,
  type AcceptedUse,
  type KnownOperator,
  type Refusal,
} from '../identity/ports.js';
import type { Identity } from '../identity/principal.js';
import { RequestCaller } from './request-caller.js';

/** The Passport strategy for API keys and the keys of operators. */
@Injectable()
export class ApiKeyStrategy extends PassportStrategy(CredentialStrategy, 'latchkey-api-key') {
  constructor(
    private readonly operators: OperatorDirectory,
    private readonly verifier: CredentialVerifier,
  ) {
    super();
  }

  /** @throws {StoreUnavailableError} if the credential cannot be checked. */
  async validate(request: HttpRequest): Promise<Identity | [false, Refusal]> {
    const credential = credentialOf(request);
    if (credential.kind !== 'key') {
      return [false, { reason: credential.kind === 'token' ? 'malformed' : credential.kind, key: null }];
    }
    const operator = await this.operators.find(credential.key);
    if (operator) return identityOfOperator(operator);
    const result = await this.verifier.authenticate(credential.key, new RequestCaller(request));
    return result.valid ? identityOf(result) : [false, result];
  }

  /** Whose key it is, if that can be told from memory. */
  fromMemory(credential: Credential, request: HttpRequest): Identity | undefined {
    if (credential.kind !== 'key') return undefined;
    const accepted = this.verifier.authenticateFromMemory(credential.key, new RequestCaller(request));
    return accepted && identityOf(accepted);
  }

  /**
   * Why a credential is refused that {@link fromMemory} does not know, if that needs no database.
   *
   * @throws {TooManyLookUpsError} if it needs the database, which may not be asked now.
   */
  refusalFromMemory(credential: Credential, request: HttpRequest): Refusal | undefined {
    if (credential.kind === 'token') return undefined;
    if (credential.kind !== 'key') return { reason: credential.kind, key: null };
    const operator = this.operators.fromMemory(credential.key);
    if (operator) return undefined;
    // What has another form than the keys made here may still be an operator's.
    const isUnsure = operator === undefined && !credential.key.isWellFormed;
    return isUnsure ? undefined : this.verifier.refuseFromMemory(credential.key, request.ip ?? null);
  }

  // Passport's own registry is one for the process; two applications in one process must not share strategies.
  getPassportInstance(): object {
    return new passport.Passport();
  }
}

function identityOfOperator({ id, name }: KnownOperator): Identity {
  return {
    type: 'operator',
    id,
    display: name,
    credentialId: id,
    workspaceId: null,
    permissions: PermissionSet.everything,
    rateLimit: null,
    owner: null,
  };
}

function identityOf({ key, use }: AcceptedUse): Identity {
  const { id, name, workspaceId, permissions, rateLimit, owner } = key;
  return { type: 'apikey', id, display: name, credentialId: id, workspaceId, permissions, rateLimit, owner, use };
}
