import type { PermissionSet } from './permission-set.js';
import type { Work } from '../events/work.js';
import type { Caller, KeyUse } from './key-use.js';
import type { PresentedKey } from './presented-key.js';
import type { Principal, RateLimit } from './principal.js';
import type { Restrictions } from './restrictions.js';

/** Why a credential was refused: for the trail, never for the caller. */
export type RefusalReason =
  | 'none'
  | 'ambiguous'
  | 'malformed'
  | 'unknown'
  | 'deleted'
  | 'disabled'
  | 'expired'
  | 'orphaned'
  | 'ip_not_allowed'
  | 'token';

/** The key that a refused credential belongs, or belonged, to. */
export interface RefusedKey {
  readonly id: string;
  readonly name: string;
  readonly workspaceId: string;
}

export interface AcceptedKey extends RefusedKey {
  /** What it may do, bounded by what its owner may do. */
  readonly permissions: PermissionSet;
  /** The subject of the member the key is bound to. */
  readonly owner: string | null;
  readonly rateLimit: RateLimit | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** RFC 3339, UTC. */
  readonly expirationDate: string | null;
}

/** Why a request was refused, and the key it concerns if that is known. For the trail; the caller is told neither. */
export interface Refusal {
  reason: RefusalReason;
  key: RefusedKey | null;
}

export interface RefusedAuthentication extends Refusal {
  valid: false;
}

/** A key that was accepted. */
export interface AcceptedUse {
  key: AcceptedKey;
  use: KeyUse;
}

export type AuthenticationResult = ({ valid: true } & AcceptedUse) | RefusedAuthentication;

/** Tells whose an API key is. What this module needs of the keys; the verification module provides it. */
export abstract class CredentialVerifier {
  /**
   * @throws {TooManyLookUpsError} if it would have to be looked up, and too many are for that network.
   * @throws {StoreUnavailableError} if that cannot be found out: never a guess.
   */
  abstract authenticate(key: PresentedKey, caller: Caller): AuthenticationResult | Promise<AuthenticationResult>;

  /**
   * The same if that can be told from memory; undefined if it cannot, whatever the reason.
   *
   * @param isWanted undefined is returned also for a key of which this does not hold, and then its use is not counted
   */
  abstract authenticateFromMemory(
    key: PresentedKey,
    caller: Caller,
    isWanted?: (key: AcceptedKey) => boolean,
  ): AcceptedUse | undefined;

  /**
   * The refusal of a key that is not in memory, if it needs no look-up; undefined if it does.
   *
   * @throws {TooManyLookUpsError} as {@link authenticate} would.
   */
  abstract refuseFromMemory(key: PresentedKey, ip: string | null): RefusedAuthentication | undefined;
}

/** What an actor may do, what bounds it, and for whom it acts. */
export interface Entitlement {
  readonly permissions: PermissionSet;
  /** The subject of the person behind it: of a user, themselves; of a key, whom it is bound to; else null. */
  readonly owner: string | null;
  readonly restrictions: Restrictions;
}

/** Tells what an actor holds, and for whom, at this point of a transaction. The grants module provides it. */
export abstract class Authority {
  /**
   * What the actor holds now. That stays as it is until this work ends, and so does the owner of a key.
   *
   * @throws {UnauthenticatedError} if the actor is gone meanwhile, or a key that is refused.
   */
  abstract current(work: Work, actor: Principal): Promise<Entitlement>;
}

/** An operator, as its key tells. */
export interface KnownOperator {
  readonly id: string;
  readonly name: string;
}

/** Tells whose an operator's key is. The operators module provides it. */
export abstract class OperatorDirectory {
  /**
   * The operator whose key the credential is, or undefined if it is none's.
   *
   * @throws {StoreUnavailableError} if that cannot be found out: never a guess.
   */
  abstract find(credential: PresentedKey): KnownOperator | undefined | Promise<KnownOperator | undefined>;

  /** The same from memory: null if it is surely none's, undefined if the database has to be asked. */
  abstract fromMemory(credential: PresentedKey): KnownOperator | null | undefined;
}

/** A person's place in a workspace. */
export interface Membership {
  workspaceId: string;
  permissions: PermissionSet;
}

/** Finds the workspaces a person belongs to. The members module provides it. */
export abstract class MembershipDirectory {
  /**
   * The person's membership in the named workspace, or in their only one if none is named.
   *
   * @returns `'undecided'` if none is named and they have several; undefined if they have none there.
   */
  abstract find(subject: string, workspaceId: string | undefined): Promise<Membership | 'undecided' | undefined>;
}

/** Finds workspaces. The workspaces module provides it. */
export abstract class WorkspaceDirectory {
  /**
   * The id of the workspace with this id, in any case, or else with this `externalId`.
   *
   * @returns undefined if there is none.
   */
  abstract find(reference: string): Promise<string | undefined>;
}
