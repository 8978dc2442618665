import { hash, randomUUID } from 'node:crypto';
import { Keys, idOf, PERMISSIONS } from '../support/keys.mjs';

/** What `POST /verify` must at least do with a request, without a framework, a database or a way to revoke. */
export class SameWork {
  #known = new Map();
  #callers;

  constructor(keys, workspaceId) {
    for (let at = 0; at < keys.count; at += 1) {
      const name = `Billing worker ${at}`;
      this.#known.set(keys.hash(at), { id: idOf(at), name, workspaceId, permissions: new Set(PERMISSIONS) });
    }
    this.#callers = new Map([[hashOf(process.env.CALLER_KEY), { permissions: new Set(['apikeys:verify']) }]]);
  }

  static async open() {
    return new SameWork(await Keys.read(process.env.KEYS), process.env.WORKSPACE_ID);
  }

  /** @returns the answer, or undefined: the caller may not ask */
  answer(authorization, { apiKey, permissions }) {
    const caller = this.#callers.get(hashOf(authorization?.replace(/^bearer /i, '') ?? ''));
    if (!caller?.permissions.has('apikeys:verify')) return undefined;
    const key = this.#known.get(hashOf(apiKey));
    if (!key) return { valid: false, code: 'not_found' };
    const missing = permissions.filter((permission) => !key.permissions.has(permission));
    if (missing.length > 0) return { valid: false, code: 'insufficient_permissions', missing };
    return {
      valid: true,
      keyId: key.id,
      workspaceId: key.workspaceId,
      keyName: key.name,
      permissions: [...key.permissions],
      metadata: {},
      expirationDate: null,
    };
  }
}

export function headers() {
  return {
    'X-Request-Id': randomUUID(),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  };
}

function hashOf(key) {
  return hash('sha256', key, 'base64url');
}
