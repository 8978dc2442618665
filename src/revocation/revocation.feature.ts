import type { Feature } from '../events/feature.js';
import { Instance } from './instances/instance.entity.js';
import { LoggedRevocation } from './logged-revocation.entity.js';
import { RevocationModule } from './revocation.module.js';
import { StoreInUseError } from '../database/errors.js';
import { RevocationUnconfirmedError } from './errors.js';

export const revocationFeature = {
  module: RevocationModule,
  entities: [Instance, LoggedRevocation],
  errors: [RevocationUnconfirmedError, StoreInUseError],
} as const satisfies Feature;
