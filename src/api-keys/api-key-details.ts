import type { ApiKey } from './api-key.entity.js';

/** What the code of a host may know of a key: all but its hash, and its name a second time. */
export type ApiKeyDetails = Omit<ApiKey, 'hash' | 'searchName'>;

export function detailsOf(key: ApiKey): ApiKeyDetails {
  const { id, workspaceId, name, enabled, expirationDate, hint, permissions, description, allowedIps } = key;
  const { rateLimit, metadata, createdDate, updatedDate, createdBy, ownerSubject, orphanedDate } = key;
  const { lastUsedDate, version } = key;
  return {
    id,
    workspaceId,
    name,
    enabled,
    expirationDate,
    hint,
    permissions,
    description,
    allowedIps,
    rateLimit,
    metadata,
    createdDate,
    updatedDate,
    createdBy,
    ownerSubject,
    orphanedDate,
    lastUsedDate,
    version,
  };
}
