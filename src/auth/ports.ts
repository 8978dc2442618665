import type { PermissionSet } from './permission-set.js';
import type { RateLimit } from './principal.js';

/** Why a credential was refused: for the trail, never for the caller. */
export type RefusalReason =
  'none' | 'ambiguous' | 'malformed' | 'unknown' | 'deleted' | 'disabled' | 'expired' | 'ip_not_allowed';

/** The key that a refused credential belongs, or belonged, to. */
export interface RefusedKey {
  id: string;
  name: string;
  workspaceId: string;
}

export interface AcceptedKey {
  id: string;
  name: string;
  workspaceId: string;
  permissions: PermissionSet;
  rateLimit: RateLimit | null;
}

export type VerificationResult =
  { valid: true; key: AcceptedKey } | { valid: false; reason: RefusalReason; key: RefusedKey | null };

/** Tells whether an API key is acceptable now. What this module needs of the keys; the verification module provides it. */
export abstract class CredentialVerifier {
  /** @throws {StoreUnavailableError} if that cannot be found out: never a guess. */
  abstract verify(apiKey: string, ip: string | null): Promise<VerificationResult>;
}

/** Tells whether a workspace exists. The workspaces module provides it. */
export abstract class WorkspaceDirectory {
  abstract exists(workspaceId: string): Promise<boolean>;
}
