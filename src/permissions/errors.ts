import { LatchkeyError } from '../common/latchkey-error.js';

/** A grant names a permission that does not exist, or that no key may carry. */
export class PermissionUnknownError extends LatchkeyError {
  constructor(faults: string[]) {
    super('permission.unknown', faults.join(' '), {
      details: faults.map((message) => ({ field: 'permissions', message })),
    });
  }
}
