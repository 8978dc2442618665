import { PERMISSIONS } from './permission-catalogue.js';
import { resourceOf } from './permission-name.js';

const GRANTABLE = new Set(PERMISSIONS.filter(({ grantable }) => grantable).map(({ name }) => resourceOf(name)));

/** With the wildcards of the resources of which nothing can be granted. */
const OPERATOR_ONLY: ReadonlySet<string> = new Set(
  PERMISSIONS.filter(({ grantable }) => !grantable).flatMap(({ name }) =>
    GRANTABLE.has(resourceOf(name)) ? [name] : [name, `${resourceOf(name)}:*`],
  ),
);

/**
 * What somebody may do, compiled once from grants: `resource:action`, `resource:*` or `*`. A wildcard never reaches a
 * permission that belongs to the operator alone. Nobody can change one: many keys share it.
 */
export class PermissionSet {
  readonly #exact: ReadonlySet<string>;
  readonly #resources: ReadonlySet<string>;
  readonly #all: boolean;
  readonly #operator: boolean;
  #fewest: readonly string[] | undefined;

  /** The grants as they were given. */
  readonly grants: readonly string[];

  /** The operator's: everything, those of the operator alone included. */
  static readonly everything = new PermissionSet(['*'], true);
  static readonly none = new PermissionSet([]);

  constructor(grants: readonly string[], operator = false) {
    this.grants = Object.freeze([...grants]);
    this.#operator = operator;
    this.#exact = new Set(grants);
    this.#resources = new Set(grants.filter(isResourceWildcard).map(resourceOf));
    this.#all = this.#exact.has('*');
    Object.freeze(this);
  }

  /** Whether one permission, by its full name, is held. */
  has(permission: string): boolean {
    if (OPERATOR_ONLY.has(permission)) return this.#operator;
    return this.#all || this.#exact.has(permission) || this.#resources.has(resourceOf(permission));
  }

  /** Whether a grant is contained whole: `orders:*` is in `orders:*` and `*` only. */
  contains(grant: string): boolean {
    return grant === '*' ? this.#all : this.has(grant);
  }

  /** Those of the grants that this set does not contain whole. */
  missing(grants: readonly string[]): string[] {
    return grants.filter((grant) => !this.contains(grant));
  }

  /** What is in both sets. Exact, for two grants overlap only if one contains the other. */
  intersect(other: PermissionSet): PermissionSet {
    const both = [
      ...this.grants.filter((grant) => other.contains(grant)),
      ...other.grants.filter((grant) => this.contains(grant)),
    ];
    return new PermissionSet([...new Set(both)]);
  }

  /** The fewest grants that say the same, in the order they were given. */
  simplified(): readonly string[] {
    this.#fewest ??= Object.freeze(this.simplify());
    return this.#fewest;
  }

  private simplify(): string[] {
    return [...this.#exact].filter((grant) => OPERATOR_ONLY.has(grant) || !this.hasWiderThan(grant));
  }

  private hasWiderThan(grant: string): boolean {
    if (grant === '*') return false;
    return this.#all || (!isResourceWildcard(grant) && this.#resources.has(resourceOf(grant)));
  }
}

/** What has no colon has no resource, and so none may stand for that. */
function isResourceWildcard(grant: string): boolean {
  const resource = resourceOf(grant);
  return resource !== '' && grant === `${resource}:*`;
}
