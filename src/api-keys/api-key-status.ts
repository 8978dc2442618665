import type { ApiKey } from './api-key.entity.js';

export const API_KEY_STATUSES = ['active', 'disabled', 'expired'] as const;

export type ApiKeyStatus = (typeof API_KEY_STATUSES)[number];

/** A disabled key is disabled, expired or not. */
export function statusOf(
  { enabled, expirationDate }: Pick<ApiKey, 'enabled' | 'expirationDate'>,
  now: Date,
): ApiKeyStatus {
  if (!enabled) return 'disabled';
  return expirationDate !== null && expirationDate <= now.toISOString() ? 'expired' : 'active';
}
