import { SetMetadata } from '@nestjs/common';

export const IN_TRANSACTION = Symbol('latchkey.inTransaction');

/**
 * Marks a provider's method `(work: Work, events: readonly DomainEvent[]) => Promise<void>` to run for the events of this
 * wire name (`'*'`: all) inside the transaction that makes the change, awaited, before it commits: once, with all of
 * them in the order they happened. If it throws, the change is rolled back.
 */
export function InTransaction(action: string): MethodDecorator {
  return SetMetadata(IN_TRANSACTION, action);
}
