import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PERMISSIONS } from '../../src/identity/permission-catalogue.js';
import { suggestPermission } from '../../src/permissions/unknown-permission.js';

const OWN = PERMISSIONS.filter(({ grantable }) => grantable).map(({ name }) => name);

/** Different words that are near to each other, or that some take for each other. */
const DIFFERENT = [
  ['get', 'set'],
  ['export', 'import'],
  ['approve', 'disapprove'],
  ['publish', 'unpublish'],
  ['enable', 'disable'],
  ['lock', 'unlock'],
  ['unite', 'untie'],
  ['form', 'from'],
  ['reset', 'rest'],
  ['create', 'crate'],
  ['manage', 'manager'],
  ['view', 'review'],
  ['view', 'list'],
  ['update', 'edit'],
  ['delete', 'remove'],
  ['create', 'recreate'],
  ['approve', 'approved'],
  ['preserve', 'reserve'],
  ['accept', 'except'],
  ['send', 'spend'],
] as const;

const THINGS = [
  ['contacts', 'contracts'],
  ['patents', 'patients'],
  ['trials', 'trails'],
  ['cards', 'cars'],
  ['desserts', 'deserts'],
  ['messages', 'massages'],
  ['posts', 'ports'],
] as const;

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,8}:[A-Za-z][A-Za-z0-9_.-]{0,8}$/);
const others = fc.uniqueArray(name, { maxLength: 20 });

describe('suggestPermission', () => {
  it.each(DIFFERENT)('takes neither %s nor %s of an application for the other', (one, other) => {
    for (const resource of ['orders', 'stock_1', 'v']) {
      expect(suggestPermission(`${resource}:${one}`, OWN, [`${resource}:${other}`])).toBeUndefined();
      expect(suggestPermission(`${resource}:${other}`, OWN, [`${resource}:${one}`])).toBeUndefined();
    }
  });

  it.each(THINGS)('takes neither %s nor %s of an application for the other', (one, other) => {
    expect(suggestPermission(`${one}:view`, OWN, [`${other}:view`])).toBeUndefined();
    expect(suggestPermission(`${other}:view`, OWN, [`${one}:view`])).toBeUndefined();
  });

  it('of an application, names the same letters only, but for an s of the resource', () => {
    const variant = fc.tuple(name, fc.constantFrom('', 's'), fc.boolean(), fc.nat({ max: 30 }));
    fc.assert(
      fc.property(variant, others, ([near, plural, isUpper, cut], added) => {
        const [resource = '', action = ''] = near.split(':');
        const altered = `${resource}${plural}:${action.slice(0, cut % 10)}${action.slice((cut % 10) + (cut > 20 ? 1 : 0))}`;
        const written = isUpper ? altered.toUpperCase() : altered;
        const meant = suggestPermission(written, OWN, [near, ...added]);
        if (meant === undefined || OWN.some((own) => own === meant)) return;
        const [thing, deed] = partsOf(meant);
        const [writtenThing, writtenDeed] = partsOf(written);
        expect(writtenDeed).toBe(deed);
        expect([thing, `${thing}s`, thing.replace(/s$/, '')]).toContain(writtenThing);
      }),
      { numRuns: 3000 },
    );
  });

  it('never names what does not exist, nor anything for a wildcard', () => {
    const text = fc.oneof(name, fc.string(), fc.constantFrom(...OWN, '*', 'apikeys:*', 'orders:*', ':', '::', ''));
    fc.assert(
      fc.property(text, others, (written, added) => {
        const meant = suggestPermission(written, OWN, added);
        if (written.includes('*')) expect(meant).toBeUndefined();
        if (meant !== undefined) expect([...OWN, ...added]).toContain(meant);
      }),
      { numRuns: 2000 },
    );
  });

  it('of two that fit names none', () => {
    expect(suggestPermission('orders:REFUND', OWN, ['orders:refund', 'orders:Refund'])).toBeUndefined();
    expect(suggestPermission('Order:refund', OWN, ['order:refund', 'orders:refund'])).toBeUndefined();
  });

  it('of Latchkey’s own, names what a slip or another word for the same means', () => {
    const meant = (written: string) => suggestPermission(written, OWN, ['orders:view']);
    expect(['apikey:raed', 'apikeys:veiw', 'apikey:list', 'api-keys:upadte'].map(meant)).toEqual([
      undefined,
      'apikeys:view',
      'apikeys:view',
      'apikeys:update',
    ]);
    expect(['roles:mange', 'member:read', 'audit_logs:show', 'orders:veiw', 'order:view'].map(meant)).toEqual([
      'roles:manage',
      'members:view',
      'auditLogs:view',
      undefined,
      'orders:view',
    ]);
  });
});

/** The letters and digits of both parts. Those of a number stay apart. */
function partsOf(permission: string): [resource: string, action: string] {
  const [resource = '', action = ''] = permission.toLowerCase().replace(/[._-]/g, '').split(':');
  return [resource, action];
}
