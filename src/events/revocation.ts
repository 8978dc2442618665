import type { Transaction } from '../database/transaction.js';

/** What must not be answered from memory as it was: one key, or every key of a workspace. */
export type Revocation = { readonly keyId: string } | { readonly workspaceId: string };

/** Revocations that were told to every instance, or will have been once their transaction has committed. */
export interface Announcement {
  /** Forgets what this instance knows of them. For a commit whose outcome is not known. */
  forget(): void;

  /**
   * Resolves when no verification that starts from now on, on any instance, is answered from what was before. Bounded
   * by the longest lease. To be called after the commit.
   */
  passed(): Promise<void>;
}

/** Makes a change take effect on every instance before it is answered. The revocation module provides it. */
export abstract class RevocationBarrier {
  /**
   * Tells every instance, when and only when the transaction commits.
   *
   * @throws {StoreInUseError} if another process answers from memory and cannot be told.
   */
  abstract announce(transaction: Transaction, revocations: readonly Revocation[]): Promise<Announcement>;

  /**
   * The same for a change that is not made because it was made before: whoever made it may have ended before every
   * instance knew, and who hears that a key does not exist relies on it as on a deletion.
   *
   * @throws {StoreUnavailableError}
   */
  abstract settle(revocations: readonly Revocation[]): Promise<void>;
}
