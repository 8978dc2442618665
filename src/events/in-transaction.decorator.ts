import { SetMetadata } from '@nestjs/common';

export const IN_TRANSACTION = Symbol('latchkey.inTransaction');

/**
 * Marks a provider's method `(work: Work, event: DomainEvent) => Promise<void>` to run for each event of this wire name
 * (`'*'`: every one) inside the transaction that makes the change, awaited, before it commits. If it throws, the change
 * is rolled back.
 */
export function InTransaction(action: string): MethodDecorator {
  return SetMetadata(IN_TRANSACTION, action);
}
