import { SetMetadata } from '@nestjs/common';
import type { DomainEvent } from './domain-event.js';
import type { Work } from './work.js';

export const IN_TRANSACTION = Symbol('latchkey.inTransaction');

/** Persists what events say, in the transaction of the change they tell of. */
export type InTransactionHandler = (work: Work, events: readonly DomainEvent[]) => Promise<void>;

/** What a method hears, and whether it persists that. */
export interface Hearing {
  action: string;
  persists: boolean;
}

/**
 * Marks a provider's method to run for the events of this wire name (`'*'`: all) inside the transaction that makes the
 * change, awaited, before it commits: once, with all of them in the order they happened. If it throws, the change is
 * rolled back.
 *
 * @param persists false for a method that does something else with the events than persist them: those that no method persists
 *   keep the application from starting
 */
export function InTransaction(action: string, { persists = true }: Partial<Pick<Hearing, 'persists'>> = {}) {
  return <T extends InTransactionHandler>(
    target: object,
    key: string | symbol,
    method: TypedPropertyDescriptor<T>,
  ): void => void SetMetadata(IN_TRANSACTION, { action, persists } satisfies Hearing)(target, key, method);
}
