import { ApiKeysService } from '../../dist/esm/api-keys/api-keys.service.js';
import { openLatchkey } from '../support/latchkey.mjs';
import { answerDeletions } from './measure.mjs';

answerDeletions(async ({ url, workspaceId }) => {
  const latchkey = await openLatchkey(url);
  const apiKeys = latchkey.get(ApiKeysService);
  const actor = latchkey.actorIn(workspaceId);
  return { remove: (id) => apiKeys.delete(actor, id, {}) };
});
