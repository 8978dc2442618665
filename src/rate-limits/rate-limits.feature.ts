import type { Feature } from '../events/feature.js';
import { RateLimitUse } from './rate-limit-use.entity.js';
import { RateLimitsModule } from './rate-limits.module.js';
import { RateLimitExceededError } from './errors.js';

export const rateLimitsFeature = {
  module: RateLimitsModule,
  entities: [RateLimitUse],
  errors: [RateLimitExceededError],
} as const satisfies Feature;
