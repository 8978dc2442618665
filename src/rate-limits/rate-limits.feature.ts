import type { Feature } from '../events/feature.js';
import { RateLimitUse } from './rate-limit-use.entity.js';
import { RateLimitsModule } from './rate-limits.module.js';

export const rateLimitsFeature = {
  module: RateLimitsModule,
  entities: [RateLimitUse],
} as const satisfies Feature;
