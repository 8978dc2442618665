import type { Facet } from './history.js';

/** Where the keys under test are used from; `ip_not_allowed` is about this address. */
export const ADDRESS = '127.0.0.1';

/** A key, and what its acceptance depends on. */
export class TestedKey {
  readonly exists: Facet;
  readonly enabled: Facet;
  readonly unexpired: Facet;
  readonly address: Facet;
  /** Whether the member who owns it, if it is somebody's, is there. */
  readonly owned: Facet;
  /** By each permission that it has or had: what all must be open for it to be had. */
  readonly permissions = new Map<string, readonly Facet[]>();

  /**
   * @param workspaceId '' for an operator's
   * @param given where a permission depends on more than the key alone: on a role, or on its owner
   */
  constructor(
    readonly id: string,
    readonly secret: string,
    readonly workspaceId: string,
    permissions: readonly string[],
    given: (permission: string) => Facet | undefined = () => undefined,
  ) {
    this.exists = `${id}/exists`;
    this.enabled = `${id}/enabled`;
    this.unexpired = `${id}/unexpired`;
    this.address = `${id}/address`;
    this.owned = `${id}/owned`;
    for (const permission of permissions) {
      const shared = given(permission);
      this.permissions.set(permission, [this.permission(permission), ...(shared === undefined ? [] : [shared])]);
    }
  }

  permission(name: string): Facet {
    return `${this.id}/${name}`;
  }

  /** Whether it is the key of an operator, who is in no workspace. */
  get belongsToOperator(): boolean {
    return this.workspaceId === '';
  }

  /** What must be open for it to be accepted at all. */
  get itself(): readonly Facet[] {
    return [this.exists, this.enabled, this.unexpired, this.address, this.owned];
  }
}
