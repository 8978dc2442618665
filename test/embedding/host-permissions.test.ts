import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { forEachStore } from '../support/stores.js';
import { startHost, type Host, type HostKey } from './host.js';
import { permissions } from './permissions.js';

describe('the permissions of a host', () => {
  forEachStore((kind) => {
    let host: Host;
    let admin: HostKey;

    beforeAll(async () => {
      host = await startHost(kind, { latchkey: { permissions } });
      admin = await host.createKey(['*']);
    });

    afterAll(() => host.stop());

    const createKey = (grants: string[]) =>
      host.send('POST', '/latchkey/apikey', { keyName: `Key ${grants.join()}`, permissions: grants }, admin.header);

    it('are in the catalogue, after Latchkey’s own and before those of the workspace', async () => {
      const added = { name: 'invoices:view', description: 'See invoices.' };
      expect((await host.send('POST', '/latchkey/permission', added, admin.header)).status).toBe(201);

      const { body } = await host.get('/latchkey/permission', admin.header);

      const names = body.map(({ name }: { name: string }) => name);
      expect(names.slice(-4)).toEqual(['orders:view', 'orders:refund', 'reports:export', 'invoices:view']);
      expect(names[0]).toBe('apikeys:create');
      expect(body).toContainEqual({ name: 'orders:view', description: 'See orders.', grantable: true });
      const other = await host.createKey(['apikeys:view']);
      const elsewhere = await host.get('/latchkey/permission', other.header);
      expect(elsewhere.body.map(({ name }: { name: string }) => name)).toEqual(names.slice(0, -1));
    });

    it('201: keys of every workspace may carry them, and their wildcards', async () => {
      expect((await createKey(['orders:view', 'reports:*'])).status).toBe(201);
      const { status, body } = await createKey(['orders:*']);
      expect({ status, effective: body.effectivePermissions }).toEqual({ status: 201, effective: ['orders:*'] });
    });

    it('201: roles may carry them, and pass them on', async () => {
      const role = { name: 'Support', description: 'Helps.', permissions: ['orders:view', 'orders:refund'] };
      expect((await host.send('POST', '/latchkey/role', role, admin.header)).status).toBe(201);
      const key = { keyName: 'Supporter', roles: ['Support'] };
      const { status, body } = await host.send('POST', '/latchkey/apikey', key, admin.header);
      expect(status).toBe(201);
      expect(body.effectivePermissions).toEqual(['orders:view', 'orders:refund']);
    });

    it('200: /verify may ask for them', async () => {
      const { secret } = await host.createKey(['orders:*'], { workspaceId: admin.workspaceId });
      const verify = (...asked: string[]) =>
        host.send('POST', '/latchkey/verify', { apiKey: secret, permissions: asked }, admin.header);
      expect((await verify('orders:view', 'orders:refund')).body).toMatchObject({ valid: true });
      expect((await verify('orders:view', 'reports:export')).body).toMatchObject({
        valid: false,
        code: 'insufficient_permissions',
        missing: ['reports:export'],
      });
    });

    it('400: what is unknown is refused, with the nearest name', async () => {
      const { status, body } = await createKey(['Orders:refund']);
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'permission.unknown' });
      expect(body.message).toContain('did you mean orders:refund?');
      expect((await createKey(['report:export'])).body.message).toContain('did you mean reports:export?');
      expect((await createKey(['orders:refnd'])).body.message).not.toContain('did you mean');
      expect((await createKey(['report:*'])).body.message).not.toContain('did you mean');
    });

    it('403: nobody grants what they do not hold', async () => {
      const { header } = await host.createKey(['apikeys:create', 'orders:view']);
      const key = { keyName: 'More', permissions: ['orders:refund'] };
      const { status, body } = await host.send('POST', '/latchkey/apikey', key, header);
      expect({ status, code: body.code }).toEqual({ status: 403, code: 'auth.escalation' });
      expect(body.message).toContain('orders:refund');
    });

    it('409: a workspace cannot add one of the same name', async () => {
      const permission = { name: 'orders:view', description: 'Mine.' };
      const { status, body } = await host.send('POST', '/latchkey/permission', permission, admin.header);
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'permission.conflict' });
    });

    it('201: a workspace may add others of the same resource', async () => {
      const permission = { name: 'orders:archive', description: 'Archive orders.' };
      expect((await host.send('POST', '/latchkey/permission', permission, admin.header)).status).toBe(201);
      expect((await createKey(['orders:archive'])).status).toBe(201);
    });

    it('404: a workspace cannot remove them', async () => {
      const { status } = await host.send('DELETE', '/latchkey/permission/orders:view', undefined, admin.header);
      expect(status).toBe(404);
    });
  });
});
