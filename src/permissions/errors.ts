import { firstFaults } from '../kernel/first-faults.js';
import { LatchkeyError } from '../kernel/latchkey-error.js';

/** A grant names a permission that does not exist, or that no key may carry. */
export class PermissionUnknownError extends LatchkeyError {
  static readonly kind = 'invalid';
  static readonly code = 'permission.unknown';

  constructor(faults: readonly string[]) {
    const named = firstFaults(faults, 'permissions are unknown');
    super(named.join(' '), {
      details: named.map((message) => ({ field: 'permissions', message })),
    });
  }
}

/** There is no such application permission in the caller's workspace. */
export class PermissionNotFoundError extends LatchkeyError {
  static readonly kind = 'not_found';
  static readonly code = 'permission.not_found';

  constructor() {
    super('The workspace has no application permission of this name.');
  }
}

/** The permission exists already, or its resource is one of Latchkey's own or reads like one. */
export class PermissionConflictError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'permission.conflict';

  constructor(message: string) {
    super(message, { details: [{ field: 'name', message: 'name is taken.' }] });
  }
}

/** Something still grants the permission that was to be removed. */
export class PermissionInUseError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'permission.in_use';

  constructor(holders: readonly string[]) {
    super(`The permission is granted by ${holders.join(', ')}. Take it from them first.`);
  }
}
