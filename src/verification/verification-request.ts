import { GRANT_RULE, hasGrantForm, LONGEST_PERMISSION } from '../identity/permission-name.js';
import { isAddress } from '../kernel/network/address.js';
import { isId } from '../kernel/ids.js';
import { LONGEST_APPLICATION, LONGEST_USER_AGENT } from '../usage/counting/named-client.js';
import { RequestInvalidError } from '../input/errors.js';

/** How many permissions a key may be asked for at once. */
export const MOST_PERMISSIONS = 100;
export const HIGHEST_COST = 1_000_000_000;
/** What an `application` and a `userAgent` of a client consist of. */
// eslint-disable-next-line no-control-regex
export const CLIENT_TEXT = /^[^\x00-\x1f\x7f-\x9f]+$/;
export const CLIENT_TEXT_RULE = 'text without control characters';
/** What an `ip` must be. */
export const IP_RULE = 'an IPv4 or IPv6 address, without a port or a zone';

/** Who uses a key that is verified for them. Absent, or null, is what is not known. */
export interface VerificationClient {
  /** A name of at most 100 characters; without it, the product of the user agent. */
  application?: string | null;
  /** An address, without a port or a zone; without it, the `ip` of the request. */
  ip?: string | null;
  /** At most 512 characters. */
  userAgent?: string | null;
}

/** What a key is asked for. */
export interface VerificationRequest {
  /** What it must be allowed to do, all of it: at most 100 times `resource:action`, or a wildcard that it must hold whole. */
  permissions?: readonly string[];
  /** Where it is used from: an address, without a port or a zone. A key with `allowedIps` is refused without one. */
  ip?: string | null;
  /** The id of a workspace, in any case; keys of others are unknown. */
  workspaceId?: string;
  /** Who uses it, for the report of its uses. */
  client?: VerificationClient;
  /**
   * How much of the key's rate limit this takes: 1 to 1,000,000,000.
   *
   * @default 1
   */
  cost?: number;
}

const CLIENT_FIELDS: ReadonlySet<string> = new Set([
  'application',
  'ip',
  'userAgent',
] satisfies (keyof VerificationClient)[]);
const WORKSPACE_RULE = 'workspaceId must be the id of a workspace, which is a UUID.';
const FIELDS: ReadonlySet<string> = new Set([
  'permissions',
  'ip',
  'workspaceId',
  'client',
  'cost',
] satisfies (keyof VerificationRequest)[]);

/**
 * Refuses what a host without types may ask for by mistake: a misspelt `permission` must not be a question for nothing.
 * The rules of the REST route. Stands in the way of every verification, and so makes next to nothing.
 *
 * @throws {RequestInvalidError} naming the field.
 */
export function assertRequest(request: VerificationRequest): void {
  if (typeof request !== 'object' || (request as unknown) === null) refuse('request', 'request must be an object.');
  for (const name in request) if (!FIELDS.has(name)) refuse('request', 'request has a field that is not known.');
  const { permissions, ip, client, cost } = request;
  if (client !== undefined) assertClient(client);
  if (permissions !== undefined) assertPermissions(permissions);
  if (ip !== undefined && ip !== null && !isAddress(ip))
    refuse('ip', `ip must be ${IP_RULE}; null if it is not known.`);
  if (cost !== undefined && !(Number.isInteger(cost) && cost >= 1 && cost <= HIGHEST_COST))
    refuse('cost', `cost must be a whole number from 1 to ${HIGHEST_COST}.`);
}

/**
 * Whether a key is one of those that are asked for.
 *
 * @throws {RequestInvalidError} if the workspace can be none.
 */
export function isOfWorkspace(workspaceId: string | undefined, key: { workspaceId: string }): boolean {
  if (workspaceId === undefined || workspaceId === key.workspaceId) return true;
  assertWorkspace(workspaceId);
  return workspaceId.toLowerCase() === key.workspaceId;
}

/** @throws {RequestInvalidError} unless it is an id. {@link assertRequest} leaves this out: it takes as long as all the rest. */
export function assertWorkspace(workspaceId: string | undefined): void {
  if (workspaceId !== undefined && !isId(workspaceId)) refuse('workspaceId', WORKSPACE_RULE);
}

function assertClient(client: VerificationClient): void {
  if (typeof client !== 'object' || (client as unknown) === null) refuse('client', 'client must be an object.');
  for (const name in client) {
    if (!CLIENT_FIELDS.has(name)) refuse('client', 'client has a field that is not known.');
  }
  const { application, ip, userAgent } = client;
  assertShort('client.application', application, LONGEST_APPLICATION);
  if (ip !== undefined && ip !== null && !isAddress(ip)) refuse('client.ip', `client.ip must be ${IP_RULE}.`);
  assertShort('client.userAgent', userAgent, LONGEST_USER_AGENT);
}

function assertShort(field: string, text: string | null | undefined, longest: number): void {
  if (text === undefined || text === null) return;
  if (typeof text !== 'string') refuse(field, `${field} must be a string.`);
  if (text.length < 1 || text.length > longest) refuse(field, `${field} must have 1 to ${longest} characters.`);
  if (!CLIENT_TEXT.test(text)) refuse(field, `${field} must be ${CLIENT_TEXT_RULE}.`);
}

function assertPermissions(permissions: readonly string[]): void {
  if (!Array.isArray(permissions)) refuse('permissions', 'permissions must be an array of strings.');
  if (permissions.length > MOST_PERMISSIONS)
    refuse('permissions', `permissions must have at most ${MOST_PERMISSIONS} items.`);
  for (const permission of permissions as unknown[]) {
    const isText = typeof permission === 'string' && permission.length <= LONGEST_PERMISSION;
    if (!isText || !hasGrantForm(permission)) refuse('permissions', `each item of permissions must be ${GRANT_RULE}.`);
  }
  if (permissions.length > 1 && new Set(permissions).size < permissions.length)
    refuse('permissions', 'permissions must not name the same item twice.');
}

function refuse(field: string, message: string): never {
  throw new RequestInvalidError([{ field, message }]);
}
