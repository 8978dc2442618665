import { LatchkeyError } from '../kernel/latchkey-error.js';

/** There is no operator with this name or id. */
export class OperatorNotFoundError extends LatchkeyError {
  static readonly kind = 'not_found';
  static readonly code = 'operator.not_found';

  constructor() {
    super('The operator does not exist. "latchkey operator list" shows those that do.');
  }
}

/** Another operator has this name. */
export class OperatorConflictError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'operator.conflict';

  constructor(message = 'Another operator has this name. Choose a different name.') {
    super(message, { details: [{ field: 'name', message: 'name is taken.' }] });
  }
}

/** Without it, nobody could create a workspace any more. */
export class LastOperatorError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'operator.last';

  constructor() {
    super('The last operator cannot be deleted. Create another one first.');
  }
}

/** The operator named `environment` has the key that the environment says. */
export class OperatorOfEnvironmentError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'operator.environment';

  constructor() {
    super(
      'The key of the operator environment is set by LATCHKEY_OPERATOR_KEY, or the option operatorKey: change or unset ' +
        'that, and restart.',
    );
  }
}
