import type { Verification } from './history.js';
import type { TestedKey } from './tested-key.js';

/** What an answer says of facets. */
export type Seen = Pick<Verification, 'open' | 'closed'>;
type Answer = { status: number; body: Record<string, unknown> };

/**
 * What an answer of `POST /verify` says of a key.
 *
 * @param asked the permissions that were asked for
 * @returns undefined if it says nothing: 503
 * @throws {Error} for an answer that must not be
 */
export function seenByVerify(key: TestedKey, asked: readonly string[], { status, body }: Answer): Seen | undefined {
  if (status === 503) return undefined;
  if (status === 404 && body['code'] === 'workspace.not_found') return { open: [], closed: [[key.exists]] };
  if (status !== 200) throw unexpected('POST /verify', { status, body });
  if (body['valid'] === true) return accepted(key, asked, body['permissions'] as string[]);
  switch (body['code']) {
    case 'not_found':
    case 'deleted':
      return { open: [], closed: [[key.exists]] };
    case 'disabled':
      return { open: [], closed: [[key.enabled]] };
    case 'expired':
      return { open: [], closed: [[key.unexpired]] };
    case 'orphaned':
      return { open: [], closed: [[key.owned]] };
    case 'ip_not_allowed':
      return { open: [], closed: [[key.address]] };
    case 'insufficient_permissions': {
      const missing = body['missing'] as string[];
      return { open: [], closed: missing.map((permission) => key.permissions.get(permission) ?? []) };
    }
    default:
      throw unexpected('POST /verify', { status, body });
  }
}

/** What an answer of `GET /me` says of the key that asked. */
export function seenByMe(key: TestedKey, { status, body }: Answer): Seen | undefined {
  if (status === 503) return undefined;
  if (status === 401) return { open: [], closed: [key.itself] };
  if (status !== 200) throw unexpected('GET /me', { status, body });
  return accepted(key, [], body['permissions'] as string[]);
}

function accepted(key: TestedKey, asked: readonly string[], listed: readonly string[]): Seen {
  const held = new Set([...asked, ...listed]);
  const [has, hasNot] = [[...key.itself], [] as (readonly string[])[]];
  for (const [permission, facets] of key.permissions) {
    if (held.has(permission)) has.push(...facets);
    else hasNot.push(facets);
  }
  return { open: has, closed: hasNot };
}

function unexpected(what: string, { status, body }: Answer): Error {
  return new Error(`${what} was answered ${status}: ${JSON.stringify(body)}`);
}
