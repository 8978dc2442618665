import type { Feature } from '../events/feature.js';
import { ApiKeyWord } from './search/api-key-word.entity.js';
import { ApiKey } from './api-key.entity.js';
import { ApiKeysWithoutIdController } from './api-keys-without-id.controller.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysModule } from './api-keys.module.js';
import { DeletedKey } from './deletion/deleted-key.entity.js';
import {
  ApiKeyCreated,
  ApiKeyDeleted,
  ApiKeyDisabled,
  ApiKeyEnabled,
  ApiKeyOrphaned,
  ApiKeyUpdated,
} from './events.js';
import { IdempotencyKey } from './idempotency-key.entity.js';
import { WorkspaceKeys } from './deletion/workspace-keys.js';

export const apiKeysFeature = {
  module: ApiKeysModule,
  route: 'apikey',
  controllers: [ApiKeysController, ApiKeysWithoutIdController],
  tag: {
    name: 'API keys',
    description:
      'Create, list, change and delete keys. A deleted key is refused from the moment its deletion is answered.',
  },
  entities: [ApiKey, ApiKeyWord, DeletedKey, IdempotencyKey],
  events: [ApiKeyCreated, ApiKeyUpdated, ApiKeyEnabled, ApiKeyDisabled, ApiKeyOrphaned, ApiKeyDeleted],
  workspaceContents: [WorkspaceKeys],
} as const satisfies Feature;
