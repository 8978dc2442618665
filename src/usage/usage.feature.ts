import type { Feature } from '../events/feature.js';
import { CountingInstance } from './store/counting-instance.entity.js';
import { UsageClient } from './store/usage-client.entity.js';
import { UsageCount } from './store/usage-count.entity.js';
import { UsagePermission } from './store/usage-permission.entity.js';
import { UsageRemoval } from './store/usage-removal.entity.js';
import { UsedKey } from './store/used-key.entity.js';
import { UsageController } from './usage.controller.js';
import { UsageModule } from './usage.module.js';

export const usageFeature = {
  module: UsageModule,
  route: 'apikey',
  controllers: [UsageController],
  tag: { name: 'Usage', description: 'Who uses a key, how often, and for what: to be read before it is deleted.' },
  entities: [UsedKey, UsageClient, UsageCount, UsagePermission, CountingInstance, UsageRemoval],
} as const satisfies Feature;
