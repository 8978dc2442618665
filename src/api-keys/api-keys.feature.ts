import { withoutId } from '../auth/without-id.js';
import { RequireAnyPermission, RequirePermissions } from '../authorization/access.decorators.js';
import type { Feature } from '../events/feature.js';
import { ApiKeyWord } from './search/api-key-word.entity.js';
import { ApiKey } from './api-key.entity.js';
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
import {
  ApiKeyNotFoundError,
  ApiKeyConflictError,
  ApiKeyAlreadyCreatedError,
  IdempotencyKeyReusedError,
  ApiKeyUsedSinceReviewError,
  ApiKeyVersionMismatchError,
  UsesUnknownError,
} from './errors.js';

export const apiKeysFeature = {
  module: ApiKeysModule,
  route: 'apikey',
  controllers: [
    ApiKeysController,
    withoutId('apikey', 'API key', {
      put: RequireAnyPermission(['apikeys:create', 'apikeys:update']),
      patch: RequirePermissions('apikeys:update'),
      delete: RequirePermissions('apikeys:delete'),
    }),
  ],
  tag: {
    name: 'API keys',
    description:
      'Create, list, change and delete keys. A deleted key is refused from the moment its deletion is answered.',
  },
  entities: [ApiKey, ApiKeyWord, DeletedKey, IdempotencyKey],
  resources: [{ type: 'apikey', table: 'latchkey_api_keys', id: 'id', workspace: 'workspace_id' }],
  holders: [
    {
      type: 'apikey',
      table: 'latchkey_api_keys',
      id: 'id',
      hasUniqueIds: true,
      owner: 'owner_subject',
      orphaned: 'orphaned_date',
    },
  ],
  events: [ApiKeyCreated, ApiKeyUpdated, ApiKeyEnabled, ApiKeyDisabled, ApiKeyOrphaned, ApiKeyDeleted],
  errors: [
    ApiKeyNotFoundError,
    ApiKeyConflictError,
    ApiKeyAlreadyCreatedError,
    IdempotencyKeyReusedError,
    ApiKeyUsedSinceReviewError,
    ApiKeyVersionMismatchError,
    UsesUnknownError,
  ],
  workspaceContents: [WorkspaceKeys],
} as const satisfies Feature;
