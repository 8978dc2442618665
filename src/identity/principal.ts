import { isId } from '../kernel/ids.js';
import { WorkspaceNotFoundError } from '../events/errors.js';
import { SecretScanner } from '../kernel/keys/secret-scanner.js';
import type { Actor, ActorType, RequestOrigin } from '../events/actor.js';
import { displayOf } from './display-of.js';
import { WorkspaceRequiredError } from './errors.js';
import { PermissionSet } from './permission-set.js';
import type { KeyUse } from './key-use.js';

/** The literals of the configuration are not known here: what is recorded is redacted once more. */
const SECRETS = new SecretScanner();

/** Who somebody is, before it is known where they act. */
export interface Identity {
  type: ActorType;
  id: string;
  display: string;
  credentialId: string | null;
  workspaceId: string | null;
  permissions: PermissionSet;
  rateLimit: RateLimit | null;
  /**
   * The subject of the person behind it: of a user, themselves; of a key, whom it is bound to; else null. As it was when
   * the request came: at the commit it is for the {@link Authority} to say.
   */
  owner: string | null;
  /** The person belongs to several workspaces and named none. */
  undecided?: boolean;
  /** The workspace that the host says the person acts in, which does not exist. */
  unknownWorkspace?: string;
  /** The permissions are the word of the host, not what the store says. */
  isVouchedFor?: boolean;
  /** Of a key: how this use of it was counted. */
  use?: KeyUse;
}

/** At most `limit` uses in each window of `windowSeconds`. */
export interface RateLimit {
  limit: number;
  windowSeconds: number;
}

/** An authenticated actor of one request (or command): who, in which workspace, and what they may do there. */
export class Principal implements Actor {
  readonly type: ActorType;
  readonly id: string;
  readonly display: string;
  readonly credentialId: string | null;
  readonly workspaceId: string | null;
  readonly permissions: PermissionSet;
  readonly rateLimit: RateLimit | null;
  readonly owner: string | null;
  readonly undecided: boolean;
  readonly unknownWorkspace: string | undefined;
  readonly isVouchedFor: boolean;
  /** How this use of a key was counted, for the guards. */
  readonly use: KeyUse | undefined;

  constructor(
    identity: Identity,
    readonly origin: RequestOrigin | null,
  ) {
    this.type = identity.type;
    this.id = identity.id;
    this.display = identity.display;
    this.credentialId = identity.credentialId;
    this.workspaceId = identity.workspaceId;
    this.permissions = identity.permissions;
    this.rateLimit = identity.rateLimit;
    this.owner = identity.owner;
    this.undecided = identity.undecided ?? false;
    this.unknownWorkspace = identity.unknownWorkspace;
    this.isVouchedFor = identity.isVouchedFor ?? false;
    this.use = identity.use;
  }

  /**
   * Latchkey itself, the person at its command line, or a job of the host's: may do everything, in the given workspace.
   *
   * @param display who or what acts, for people. Credentials in it are masked, and it is cut to 255 characters.
   * @throws {TypeError} if that says nothing.
   * @throws {WorkspaceNotFoundError} for what is no id of a workspace.
   */
  static system(display: string, workspaceId: string | null = null): Principal {
    const shown = displayOf(display, SECRETS);
    if (shown === '') throw new TypeError('display must be a text that says who or what acts.');
    const identity = { type: 'system', id: 'system', display: shown, credentialId: null, owner: null } as const;
    const grants = { permissions: PermissionSet.everything, rateLimit: null };
    return new Principal({ ...identity, ...grants, workspaceId: workspaceId && workspaceIdOf(workspaceId) }, null);
  }

  can(permission: string): boolean {
    return this.permissions.has(permission);
  }

  /**
   * The same principal, acting in this workspace.
   *
   * @param workspaceId its id, in any case
   * @throws {WorkspaceNotFoundError} for what is no id of a workspace.
   */
  in(workspaceId: string): Principal {
    return new Principal(
      { ...this, workspaceId: workspaceIdOf(workspaceId), undecided: false, unknownWorkspace: undefined },
      this.origin,
    );
  }

  /** @throws {WorkspaceRequiredError} if the principal acts in none. */
  requireWorkspace(): string {
    if (this.workspaceId === null) throw new WorkspaceRequiredError();
    return this.workspaceId;
  }
}

function workspaceIdOf(id: string): string {
  if (!isId(id)) throw new WorkspaceNotFoundError();
  return id.toLowerCase();
}

/**
 * The workspace that a service acts in for its caller.
 *
 * @throws {TypeError} if the code that calls gave something else than a principal.
 * @throws {WorkspaceRequiredError} if the principal acts in none.
 */
export function workspaceOf(actor: Principal): string {
  assertPrincipal(actor);
  return actor.requireWorkspace();
}

/** @throws {TypeError} if the code that calls gave something else: that is no matter of whoever sent the request. */
export function assertPrincipal(actor: Principal): void {
  if (actor instanceof Principal) return;
  throw new TypeError(
    'actor must be a Principal: the one of the request (@CurrentPrincipal()), or Principal.system(…) for a job.',
  );
}
