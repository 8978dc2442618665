import type { Feature } from '../events/feature.js';
import { Instance } from './instances/instance.entity.js';
import { LoggedRevocation } from './logged-revocation.entity.js';
import { RevocationModule } from './revocation.module.js';

export const revocationFeature = {
  module: RevocationModule,
  entities: [Instance, LoggedRevocation],
} as const satisfies Feature;
