import type { ApiKey } from './api-key.entity.js';

export const API_KEY_STATUSES = ['active', 'disabled', 'expired', 'orphaned'] as const;

export type ApiKeyStatus = (typeof API_KEY_STATUSES)[number];

/** An orphaned key is orphaned, and a disabled one disabled, expired or not. */
export function statusOf(
  { enabled, expirationDate, orphanedDate }: Pick<ApiKey, 'enabled' | 'expirationDate' | 'orphanedDate'>,
  now: Date,
): ApiKeyStatus {
  if (orphanedDate !== null) return 'orphaned';
  if (!enabled) return 'disabled';
  return expirationDate !== null && expirationDate <= now.toISOString() ? 'expired' : 'active';
}
