import { SetMetadata } from '@nestjs/common';
import type { DomainEvent } from './domain-event.js';
import type { Work } from './work.js';

export const IN_TRANSACTION = Symbol('latchkey.inTransaction');

/** Persists what events say, in the transaction of the change they tell of. */
export type InTransactionHandler = (work: Work, events: readonly DomainEvent[]) => Promise<void>;

/**
 * Marks a provider's method to run for the events of this wire name (`'*'`: all) inside the transaction that makes the
 * change, awaited, before it commits: once, with all of them in the order they happened. If it throws, the change is
 * rolled back.
 */
export function InTransaction(action: string) {
  return <T extends InTransactionHandler>(
    target: object,
    key: string | symbol,
    method: TypedPropertyDescriptor<T>,
  ): void => void SetMetadata(IN_TRANSACTION, action)(target, key, method);
}
