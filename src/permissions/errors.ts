import { firstFaults } from '../kernel/first-faults.js';
import { LatchkeyError } from '../kernel/latchkey-error.js';

/** A grant names a permission that does not exist, or that no key may carry. */
export class PermissionUnknownError extends LatchkeyError {
  constructor(faults: readonly string[]) {
    const named = firstFaults(faults, 'permissions are unknown');
    super('permission.unknown', named.join(' '), {
      details: named.map((message) => ({ field: 'permissions', message })),
    });
  }
}

/** There is no such application permission in the caller's workspace. */
export class PermissionNotFoundError extends LatchkeyError {
  constructor() {
    super('permission.not_found', 'The workspace has no application permission of this name.');
  }
}

/** The permission exists already, or its resource is one of Latchkey's own or reads like one. */
export class PermissionConflictError extends LatchkeyError {
  constructor(message: string) {
    super('permission.conflict', message, { details: [{ field: 'name', message: 'name is taken.' }] });
  }
}

/** Something still grants the permission that was to be removed. */
export class PermissionInUseError extends LatchkeyError {
  constructor(holders: readonly string[]) {
    super('permission.in_use', `The permission is granted by ${holders.join(', ')}. Take it from them first.`);
  }
}
