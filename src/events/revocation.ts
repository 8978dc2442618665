import type { Transaction } from '../database/transaction.js';

/** What must not be answered from memory as it was: one key, every key of a workspace, or the operators. */
export type Revocation = { readonly keyId: string } | { readonly workspaceId: string } | { readonly operators: true };

/** Revocations that take effect with the commit of their transaction. One of the two methods is called, once. */
export interface StagedRevocation {
  /**
   * To be called after the commit. Resolves when no verification that starts from now on, on any instance, is answered
   * from what was before. Bounded by the longest lease.
   *
   * @throws {RevocationUnconfirmedError} if that cannot be found out soon. The change is made.
   */
  confirmed(): Promise<void>;

  /** For a rollback, and for a commit whose outcome is not known: evicts what this instance remembers. */
  abandon(): void;
}

/** Runs the body in one transaction. */
export type RunTransaction = <T>(body: (transaction: Transaction) => Promise<T>) => Promise<T>;

/** Makes a change take effect on every instance before it is answered. The revocation module provides it. */
export abstract class RevocationBarrier {
  /**
   * To be called before a transaction in which {@link stage} may be called, which then needs no second connection.
   *
   * @throws {StoreUnavailableError} if a change could not be acknowledged for good.
   */
  abstract prepare(): Promise<void>;

  /**
   * Has every instance told when, and only when, the transaction commits.
   *
   * @throws {StoreInUseError} if another process answers from memory and cannot be told.
   */
  abstract stage(transaction: Transaction, revocations: readonly Revocation[]): Promise<StagedRevocation>;

  /**
   * The same for a change that is not made because it was made before: its maker may have ended before every instance
   * knew, and a caller who hears that a key does not exist relies on it as on a deletion.
   *
   * @param transact runs a transaction
   * @throws {StoreUnavailableError} | {RevocationUnconfirmedError}
   */
  abstract settle(revocations: readonly Revocation[], transact: RunTransaction): Promise<void>;
}
