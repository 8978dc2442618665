import { describe, expect, it } from '@jest/globals';
import {
  definePermissions,
  Protected as ProtectedOfLatchkey,
  RequirePermissions as RequireOfLatchkey,
} from '../../src/index.js';
import { permissions, Protected, RequireAnyPermission, RequirePermissions } from './permissions.js';

/** Of a name that the compiler does not know. */
function defined(name: string) {
  const catalogue: Record<`${string}:${string}`, string> = { [name]: 'Something.' };
  return definePermissions(catalogue);
}

describe('definePermissions', () => {
  it('lists what it was given, for the option of the module', () => {
    expect(permissions.list).toEqual([
      { name: 'orders:view', description: 'See orders.', grantable: true },
      { name: 'orders:refund', description: 'Refund orders.', grantable: true },
      { name: 'reports:export', description: 'Export reports.', grantable: true },
    ]);
  });

  it('lets the compiler find a name that is not there', () => {
    const decorators = [
      RequirePermissions('orders:refund'),
      RequirePermissions(['orders:view', 'apikeys:view']),
      RequireAnyPermission(['reports:export', 'orders:view']),
      RequireOfLatchkey('apikeys:view'),
      Protected(),
      Protected('orders:view'),
      Protected(['orders:view', 'apikeys:view'], { scope: 'none' }),
      ProtectedOfLatchkey('apikeys:view'),
      // @ts-expect-error -- misspelt
      RequirePermissions('orders:refnud'),
      // @ts-expect-error -- one of several
      RequirePermissions(['orders:view', 'orders:delete']),
      // @ts-expect-error -- a grant, and no permission
      RequirePermissions('orders:*'),
      // @ts-expect-error -- unknown
      RequireAnyPermission(['orders:view', 'invoices:view']),
      // @ts-expect-error -- of the host, and not known here
      RequireOfLatchkey('orders:view'),
      // @ts-expect-error -- misspelt
      Protected('orders:refnud'),
      // @ts-expect-error -- of the host, and not known here
      ProtectedOfLatchkey('orders:view'),
    ];
    expect(decorators.every((decorator) => typeof decorator === 'function')).toBe(true);
    // @ts-expect-error -- no resource
    expect(() => definePermissions({ refund: 'Refund orders.' })).toThrow();
  });

  it('refuses to ask for no permission, which would say nothing', () => {
    expect(() => RequirePermissions([])).toThrow('Name at least one permission.');
    expect(() => RequireAnyPermission([])).toThrow('Name at least one permission.');
  });

  it.each([
    ['orders:', 'it must be resource:action'],
    [':view', 'it must be resource:action'],
    ['orders:*', 'it must be resource:action'],
    ['orders:view:all', 'it must be resource:action'],
    ['orders:see all', 'it must be resource:action'],
    ['1orders:view', 'it must be resource:action'],
    ['orders:1view', 'it must be resource:action'],
    ['örders:view', 'it must be resource:action'],
    [`orders:${'a'.repeat(94)}`, 'with at most 100 characters'],
    ['apikeys:steal', 'apikeys is a resource of Latchkey itself'],
    ['auditLogs:edit', 'auditLogs is a resource of Latchkey itself'],
    ['workspaces:own', 'workspaces is a resource of Latchkey itself'],
    ['auditlogs:view', 'auditlogs reads like auditLogs, which is a resource of Latchkey itself'],
    ['APIKEYS:view', 'APIKEYS reads like apikeys'],
    ['api-key:read', 'api-key reads like apikeys'],
    ['member:view', 'member reads like members'],
  ])('refuses the name %s', (name, why) => {
    expect(() => defined(name)).toThrow(why);
    expect(() => defined(name)).toThrow(name);
  });

  it('takes a name of 100 characters', () => {
    expect(defined(`orders:${'a'.repeat(93)}`).list).toHaveLength(1);
  });
});
