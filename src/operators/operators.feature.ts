import type { Feature } from '../events/feature.js';
import { SystemStarted, SystemStopped } from '../events/system-events.js';
import { OperatorCreated, OperatorDeleted, OperatorRotated } from './events.js';
import { Operator } from './operator.entity.js';
import { OperatorsModule } from './operators.module.js';
import {
  OperatorNotFoundError,
  OperatorConflictError,
  LastOperatorError,
  OperatorOfEnvironmentError,
} from './errors.js';

export const operatorsFeature = {
  module: OperatorsModule,
  entities: [Operator],
  events: [OperatorCreated, OperatorRotated, OperatorDeleted, SystemStarted, SystemStopped],
  errors: [OperatorNotFoundError, OperatorConflictError, LastOperatorError, OperatorOfEnvironmentError],
} as const satisfies Feature;
