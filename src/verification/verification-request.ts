import { RequestInvalidError } from '../common/latchkey-error.js';

/** What a key is asked for. */
export interface VerificationRequest {
  /** What it must be allowed to do, all of it: `resource:action`, or a wildcard that it must hold whole. */
  permissions?: readonly string[];
  /** Where it is used from. A key with `allowedIps` is refused without one. */
  ip?: string | null;
  /** Keys of other workspaces are unknown. */
  workspaceId?: string;
  /**
   * How much of the key's rate limit this takes, 1 or more.
   *
   * @default 1
   */
  cost?: number;
}

const FIELDS: ReadonlySet<string> = new Set([
  'permissions',
  'ip',
  'workspaceId',
  'cost',
] satisfies (keyof VerificationRequest)[]);

/**
 * Refuses what a host without types may ask for by mistake: a misspelt `permission` must not be a question for nothing.
 * Stands in the way of every verification, and so makes nothing.
 *
 * @throws {RequestInvalidError} naming the field.
 */
export function assertRequest(request: VerificationRequest): void {
  if (typeof request !== 'object' || (request as unknown) === null) refuse('request', 'request must be an object.');
  for (const name in request) if (!FIELDS.has(name)) refuse('request', 'request has a field that is not known.');
  const { permissions, ip, workspaceId, cost } = request;
  if (permissions !== undefined && !areTexts(permissions))
    refuse('permissions', 'permissions must be an array of strings.');
  if (ip !== undefined && ip !== null && typeof ip !== 'string') refuse('ip', 'ip must be a string.');
  if (workspaceId !== undefined && typeof workspaceId !== 'string')
    refuse('workspaceId', 'workspaceId must be a string.');
  if (cost !== undefined && !(Number.isInteger(cost) && cost >= 1))
    refuse('cost', 'cost must be a whole number from 1.');
}

function areTexts(permissions: readonly string[]): boolean {
  if (!Array.isArray(permissions)) return false;
  for (const permission of permissions as unknown[]) if (typeof permission !== 'string') return false;
  return true;
}

function refuse(field: string, message: string): never {
  throw new RequestInvalidError([{ field, message }]);
}
