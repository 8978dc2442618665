import { firstFaults } from '../kernel/first-faults.js';
import { LatchkeyError } from '../kernel/latchkey-error.js';
import type { RoleHolder } from '../grants/role-holders.js';

/** There is no such role in the caller's workspace. */
export class RoleNotFoundError extends LatchkeyError {
  static readonly kind = 'not_found';
  static readonly code = 'role.not_found';

  constructor() {
    super('The role does not exist.');
  }
}

/** Another role of the workspace has this name. */
export class RoleConflictError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'role.conflict';

  constructor() {
    super('Another role of this workspace has this name. Choose a different name.', {
      details: [{ field: 'name', message: 'name is taken.' }],
    });
  }
}

/** A built-in role can be neither changed nor deleted. */
export class RoleBuiltInError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'role.built_in';

  constructor() {
    super('The role is built in: it can be neither changed nor deleted. Create a role of your own.');
  }
}

/** Somebody holds the role that was to be deleted. */
export class RoleInUseError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'role.in_use';

  /** @param holders the first of them */
  constructor(holders: readonly RoleHolder[], total = holders.length) {
    const named = holders.map(({ type, id }) => `${type} ${id}`);
    const others = total > named.length ? ` and ${total - named.length} others` : '';
    super(`The role is held by ${named.join(', ')}${others}. Take it from them first.`);
  }
}

/** A role that was to be given does not exist. */
export class RoleUnknownError extends LatchkeyError {
  static readonly kind = 'invalid';
  static readonly code = 'role.unknown';

  constructor(faults: readonly string[]) {
    const named = firstFaults(faults, 'roles are unknown');
    super(named.join(' '), { details: named.map((message) => ({ field: 'roles', message })) });
  }
}
