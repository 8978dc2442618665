import type { Feature } from '../events/feature.js';
import { DatabaseIdentity } from './database-identity.entity.js';
import { LogRestored } from './events.js';
import { RestoreModule } from './restore.module.js';

export const restoreFeature = {
  module: RestoreModule,
  entities: [DatabaseIdentity],
  events: [LogRestored],
} as const satisfies Feature;
