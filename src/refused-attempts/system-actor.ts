import type { Actor } from '../events/actor.js';

/** Latchkey itself, which counts. */
export const SYSTEM: Actor = {
  type: 'system',
  id: 'system',
  display: 'latchkey',
  credentialId: null,
  workspaceId: null,
  origin: null,
};
