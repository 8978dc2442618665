import { Injectable } from '@nestjs/common';
import { PERMISSIONS, type Permission } from '../auth/permission-catalogue.js';
import { PermissionUnknownError } from './errors.js';
import { nearest } from './nearest.js';

/** The catalogue of permissions, and whether a grant is in it. */
@Injectable()
export class PermissionsService {
  private readonly grantable: ReadonlySet<string>;

  constructor() {
    const names = PERMISSIONS.filter(({ grantable }) => grantable).map(({ name }) => name);
    this.grantable = new Set(['*', ...names, ...names.map((name) => `${name.split(':')[0]}:*`)]);
  }

  list(): readonly Permission[] {
    return PERMISSIONS;
  }

  /** @throws {PermissionUnknownError} naming each grant that no key may carry, and the nearest that one may. */
  assertGrantable(grants: readonly string[]): void {
    const unknown = grants.filter((grant) => !this.grantable.has(grant));
    if (unknown.length > 0) throw new PermissionUnknownError(unknown.map((grant) => this.faultOf(grant)));
  }

  private faultOf(grant: string): string {
    if (PERMISSIONS.some(({ name, grantable }) => name === grant && !grantable)) {
      return `${grant} belongs to the operator; no key may carry it.`;
    }
    return `${grant} is not a known permission; did you mean ${nearest(grant, [...this.grantable])}?`;
  }
}
