import type { Actor, Command, Deed } from './commands.js';
import { BUILT_IN, EVERY, OPERATOR_ONLY, OWN } from './names.js';
import { boundsOf, exceeds, FREE, type Restricting } from './restrictions.js';

/** Permissions one by one, wildcards resolved: what the rules mean, in plain sets. */
export type Permissions = ReadonlySet<string>;

export interface ModelRole {
  name: string;
  permissions: string[];
}

interface Holder {
  direct: string[];
  roles: ModelRole[];
}

export interface ModelKey extends Holder {
  owner: string | null;
  restricting: Restricting;
  enabled: boolean;
  orphaned: boolean;
  deleted: boolean;
}

/** What an update would make of a key. */
interface KeyChange {
  same: boolean;
  told: boolean;
  rebound: boolean;
  owner: string | null;
  grants: string[];
  grantsMore: boolean;
  widens: boolean;
  restricting: Restricting;
}

const RESERVED = new Set([...OWN, ...OPERATOR_ONLY].map(resourceOf));

/** The rules of a workspace, written down from the contract: grants as sets, and the reasons for a refusal. */
export class Model {
  readonly keys: ModelKey[] = [];
  readonly members = new Map<string, Holder>();
  private readonly roles = new Map<string, ModelRole>();
  private readonly applications = new Set<string>();

  /** Why the command must be refused, in error codes: one of them is answered. None: it must succeed, and has here. */
  attempt({ actor, deed }: Command): string[] {
    const may = this.permissionsOf(actor);
    if (!may) return ['auth.unauthenticated'];
    if (!ENTRY[deed.kind].some((permission) => may.has(permission))) return ['auth.permission_denied'];
    const refusals = this.refusals(actor, may, deed);
    if (refusals.length === 0) this.apply(actor, deed);
    return refusals;
  }

  /** What the actor may do now; undefined if it is not accepted at all. */
  permissionsOf(actor: Actor): Permissions | undefined {
    if (actor.type === 'operator') return new Set(EVERY);
    if (actor.type === 'member') return this.permissionsOfMember(actor.subject);
    const key = this.key(actor.nth);
    const isUsable = key && !key.deleted && !key.orphaned && key.enabled && boundsOf(key.restricting).from.has('near');
    return isUsable ? this.permissionsOfKey(key) : undefined;
  }

  permissionsOfMember(subject: string): Permissions {
    const member = this.members.get(subject);
    return member ? reach(all(member)) : new Set();
  }

  permissionsOfKey(key: ModelKey): Permissions {
    if (key.orphaned) return new Set();
    const own = reach(all(key));
    if (key.owner === null) return own;
    const bound = this.permissionsOfMember(key.owner);
    return new Set([...own].filter((permission) => bound.has(permission)));
  }

  key(nth: number): ModelKey | undefined {
    return this.keys[nth % Math.max(1, this.keys.length)];
  }

  role(name: string): ModelRole | undefined {
    const builtIn = BUILT_IN[name];
    return builtIn ? { name, permissions: [...builtIn] } : this.roles.get(name);
  }

  /** Whether another role than the one of this name reads the same, whatever the case. */
  private isTaken(name: string, but?: string): boolean {
    const others = [...Object.keys(BUILT_IN), ...this.roles.keys()].filter((other) => other !== but);
    return others.some((other) => other.toLowerCase() === name.toLowerCase());
  }

  /** The names that may be granted now. */
  names(): string[] {
    return [...OWN, ...this.applications];
  }

  copy(): Model {
    return Object.assign(new Model(), structuredClone({ ...this }));
  }

  private refusals(actor: Actor, may: Permissions, deed: Deed): string[] {
    switch (deed.kind) {
      case 'createKey': {
        const { owner = this.personBehind(actor), restricting } = deed;
        const frees = this.personBehind(actor) !== null && owner !== this.personBehind(actor) && !contains(may, ['*']);
        const exceeding = exceeds({ ...FREE, ...restricting }, this.restrictionsOf(actor));
        return [
          ...this.faultsOf(deed.permissions, deed.roles),
          ...this.faultsOfOwner(deed.owner),
          ...when('request.invalid', deed.permissions.length + deed.roles.length === 0),
          ...when('auth.escalation', frees || !contains(may, [...deed.permissions, ...this.grantedBy(deed.roles)])),
          ...when('auth.escalation', exceeding),
        ];
      }
      case 'updateKey':
      case 'replaceKey':
        return this.refusalsOfUpdate(actor, may, deed);
      case 'deleteKey':
        return when('apikey.not_found', this.key(deed.nth)?.deleted ?? true);
      case 'createRole':
        return [
          ...this.faultsOf(deed.permissions, []),
          ...when('role.conflict', this.isTaken(deed.name)),
          ...when('auth.escalation', !contains(may, deed.permissions)),
        ];
      case 'replaceRole':
        return [
          ...when('role.not_found', !this.role(deed.name)),
          ...when('role.built_in', deed.name in BUILT_IN),
          ...(this.isUnchangedRole(deed) ? [] : this.refusalsOfRole(actor, may, deed)),
        ];
      case 'deleteRole':
        return [
          ...when('role.not_found', !this.role(deed.name)),
          ...when('role.built_in', deed.name in BUILT_IN),
          ...when('auth.escalation', !this.mayAlterRole(may, deed.name)),
          ...when(
            'role.in_use',
            this.holders().some(({ roles }) => roles.some(({ name }) => name === deed.name)),
          ),
        ];
      case 'putMember':
        return [...this.faultsOf(deed.permissions, deed.roles), ...this.refusalsOfMember(actor, may, deed)];
      case 'removeMember':
        return [
          ...when('member.not_found', !this.members.has(deed.subject)),
          ...when('member.last_admin', this.isLastAdmin(deed.subject)),
          ...when('auth.escalation', !isSubset(this.permissionsOfMember(deed.subject), may)),
          ...when('auth.permission_denied', deed.keys === 'delete' && !may.has('apikeys:delete')),
        ];
      case 'createPermission':
        return when('permission.conflict', this.applications.has(deed.name) || RESERVED.has(resourceOf(deed.name)));
      case 'deletePermission':
        return [
          ...when('permission.not_found', !this.applications.has(deed.name)),
          ...when('permission.in_use', this.isGranted(deed.name)),
        ];
    }
  }

  private isUnchangedRole({ name, to, permissions }: Deed & { kind: 'replaceRole' }): boolean {
    return name === to && isSame(this.role(name)?.permissions, permissions);
  }

  /** Whether all that holders of the role have by it is held. */
  private mayAlterRole(may: Permissions, name: string): boolean {
    return contains(may, this.role(name)?.permissions ?? []);
  }

  private refusalsOfRole(actor: Actor, may: Permissions, deed: Deed & { kind: 'replaceRole' }): string[] {
    return [
      ...this.faultsOf(deed.permissions, []),
      ...when('role.conflict', this.isTaken(deed.to, deed.name)),
      ...when('auth.escalation', !this.mayAlterRole(may, deed.name) || !contains(may, deed.permissions)),
      ...when('auth.escalation', this.widensRoleOfFreer(actor, deed)),
    ];
  }

  private refusalsOfMember(actor: Actor, may: Permissions, deed: Deed & { kind: 'putMember' }): string[] {
    const before = this.members.get(deed.subject);
    if (before && isSame(before.direct, deed.permissions) && isSame(namesOf(before), deed.roles)) return [];
    const [held, given] = [before ? all(before) : [], [...deed.permissions, ...this.grantedBy(deed.roles)]];
    const widens = gives(before ?? NOTHING, deed);
    return [
      ...when('auth.escalation', !isSubset(reach(held), may) || !contains(may, given)),
      ...when('auth.escalation', widens && exceeds(FREE, this.restrictionsOf(actor))),
      ...when('member.last_admin', !deed.roles.includes('admin') && this.isLastAdmin(deed.subject)),
    ];
  }

  private refusalsOfUpdate(
    actor: Actor,
    may: Permissions,
    deed: Deed & { kind: 'updateKey' | 'replaceKey' },
  ): string[] {
    const key = this.key(deed.nth);
    if (!key || key.deleted) return ['apikey.not_found'];
    const { permissions, roles } = { roles: undefined, ...deed };
    const empty = (permissions ?? key.direct).length + (roles ?? key.roles).length === 0;
    return [
      ...this.faultsOf(permissions ?? [], roles ?? []),
      ...when('request.invalid', (permissions !== undefined || roles !== undefined) && empty),
      ...this.refusalsOfChange(actor, may, key, this.changeOf(key, deed)),
    ];
  }

  private changeOf(key: ModelKey, deed: Deed & { kind: 'updateKey' | 'replaceKey' }): KeyChange {
    const patch = deed.kind === 'updateKey' ? deed : undefined;
    const [direct, roles] = [deed.permissions ?? key.direct, patch?.roles ?? namesOf(key)];
    const [enabled, restricting] = [patch?.enabled ?? key.enabled, { ...key.restricting, ...patch?.restricting }];
    const owner = patch?.owner === undefined ? key.owner : patch.owner;
    const told = deed.kind === 'replaceKey' ? deed.renamed : (deed.told ?? false);
    const rebound = patch?.owner !== undefined && (owner !== key.owner || key.orphaned);
    const grants = [...direct, ...this.grantedBy(roles)];
    const grantsMore = gives(key, { permissions: direct, roles });
    const widens = grantsMore || (!key.enabled && enabled) || exceeds(restricting, key.restricting);
    const settings = [key.direct, namesOf(key), key.enabled, key.restricting];
    const same = !told && !rebound && isSame(settings, [direct, roles, enabled, restricting]);
    return { same, told, rebound, owner, grants, grantsMore, widens, restricting };
  }

  private refusalsOfChange(actor: Actor, may: Permissions, key: ModelKey, change: KeyChange): string[] {
    const { same, told, rebound, owner, grants, grantsMore, widens, restricting } = change;
    if (same || (!told && !rebound && !widens && may.has('apikeys:update'))) return [];
    const own = this.personBehind(actor);
    const freed = rebound && (owner === null || (own !== null && key.owner === own && owner !== own));
    const held = key.orphaned || rebound ? reach(all(key)) : this.permissionsOfKey(key);
    return [
      ...when('auth.escalation', !isSubset(held, may) || ((grantsMore || rebound) && !contains(may, grants))),
      ...when('auth.escalation', (widens || rebound) && exceeds(restricting, this.restrictionsOf(actor))),
      ...when('auth.escalation', freed && !contains(may, ['*'])),
      ...(rebound ? this.faultsOfOwner(owner) : []),
    ];
  }

  /** Whether a role would do more for one who is bounded less than the actor. */
  private widensRoleOfFreer(actor: Actor, { name, permissions }: { name: string; permissions: string[] }): boolean {
    if (!gives({ direct: this.role(name)?.permissions ?? [], roles: [] }, { permissions, roles: [] })) return false;
    const mine = this.restrictionsOf(actor);
    const holds = ({ roles }: Holder) => roles.some((role) => role.name === name);
    const theirs = [
      ...this.keys.filter(holds).map(({ restricting }) => restricting),
      ...[...this.members.values()].filter(holds).map(() => FREE),
    ];
    return theirs.some((each) => exceeds(each, mine));
  }

  private restrictionsOf(actor: Actor): Restricting {
    return (actor.type === 'key' ? this.key(actor.nth)?.restricting : undefined) ?? FREE;
  }

  private apply(actor: Actor, deed: Deed): void {
    switch (deed.kind) {
      case 'createKey': {
        const { owner = this.personBehind(actor), restricting } = deed;
        this.keys.push({
          direct: deed.permissions,
          roles: this.find(deed.roles),
          owner,
          restricting: { ...FREE, ...restricting },
          enabled: true,
          orphaned: false,
          deleted: false,
        });
        return;
      }
      case 'updateKey':
      case 'replaceKey': {
        const key = this.key(deed.nth)!;
        if (deed.permissions) key.direct = deed.permissions;
        if (deed.kind === 'replaceKey') return;
        if (deed.roles) key.roles = this.find(deed.roles);
        key.enabled = deed.enabled ?? key.enabled;
        key.restricting = { ...key.restricting, ...deed.restricting };
        if (deed.owner !== undefined) Object.assign(key, { owner: deed.owner, orphaned: false });
        return;
      }
      case 'deleteKey':
        erase(this.key(deed.nth)!);
        return;
      case 'createRole':
        this.roles.set(deed.name, { name: deed.name, permissions: deed.permissions });
        return;
      case 'replaceRole': {
        const role = this.roles.get(deed.name)!;
        this.roles.delete(deed.name);
        this.roles.set(deed.to, Object.assign(role, { name: deed.to, permissions: deed.permissions }));
        return;
      }
      case 'deleteRole':
        this.roles.delete(deed.name);
        return;
      case 'putMember':
        this.members.set(deed.subject, { direct: deed.permissions, roles: this.find(deed.roles) });
        return;
      case 'removeMember':
        this.members.delete(deed.subject);
        for (const key of this.boundTo(deed.subject)) {
          if (deed.keys === 'delete') erase(key);
          else key.orphaned = true;
        }
        return;
      case 'createPermission':
        this.applications.add(deed.name);
        return;
      case 'deletePermission':
        this.applications.delete(deed.name);
    }
  }

  private faultsOf(permissions: readonly string[], roles: readonly string[]): string[] {
    const names = this.names();
    const grantable = new Set(['*', ...names, ...names.map((name) => `${resourceOf(name)}:*`)]);
    return [
      ...when(
        'permission.unknown',
        permissions.some((grant) => !grantable.has(grant)),
      ),
      ...when(
        'role.unknown',
        roles.some((name) => !this.role(name)),
      ),
    ];
  }

  private faultsOfOwner(owner: string | null | undefined): string[] {
    return when('request.invalid', typeof owner === 'string' && !this.members.has(owner));
  }

  private grantedBy(roles: readonly string[]): string[] {
    return this.find(roles).flatMap(({ permissions }) => permissions);
  }

  private find(roles: readonly string[]): ModelRole[] {
    return roles.flatMap((name) => this.role(name) ?? []);
  }

  private personBehind(actor: Actor): string | null {
    if (actor.type === 'operator') return null;
    return actor.type === 'member' ? actor.subject : (this.key(actor.nth)?.owner ?? null);
  }

  private boundTo(subject: string): ModelKey[] {
    return this.keys.filter(({ owner, orphaned, deleted }) => owner === subject && !orphaned && !deleted);
  }

  private isLastAdmin(subject: string): boolean {
    const admins = [...this.members].filter(([, { roles }]) => roles.some(({ name }) => name === 'admin'));
    return admins.length === 1 && admins[0]![0] === subject;
  }

  private isGranted(permission: string): boolean {
    return [...this.roles.values()]
      .map(({ permissions }) => permissions)
      .concat(this.holders().map(({ direct }) => direct))
      .some((grants) => grants.includes(permission));
  }

  private holders(): Holder[] {
    return [...this.keys, ...this.members.values()];
  }
}

const NOTHING: Holder = { direct: [], roles: [] };

const ENTRY: Record<Deed['kind'], readonly string[]> = {
  createKey: ['apikeys:create'],
  updateKey: ['apikeys:update'],
  replaceKey: ['apikeys:create', 'apikeys:update'],
  deleteKey: ['apikeys:delete'],
  createRole: ['roles:manage'],
  replaceRole: ['roles:manage'],
  deleteRole: ['roles:manage'],
  putMember: ['members:manage'],
  removeMember: ['members:manage'],
  createPermission: ['permissions:manage'],
  deletePermission: ['permissions:manage'],
};

function erase(key: ModelKey): void {
  Object.assign(key, { deleted: true, direct: [], roles: [] });
}

function namesOf({ roles }: Holder): string[] {
  return roles.map(({ name }) => name);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function all({ direct, roles }: Holder): string[] {
  return [...direct, ...roles.flatMap(({ permissions }) => permissions)];
}

/** Whether one comes to hold a role, or a permission otherwise than in place of more of the same. */
function gives(before: Holder, after: { permissions: readonly string[]; roles: readonly string[] }): boolean {
  const replaced = reach(before.direct.filter((grant) => !after.permissions.includes(grant)));
  const added = after.permissions.filter((grant) => !before.direct.includes(grant));
  return !contains(replaced, added) || after.roles.some((name) => !namesOf(before).includes(name));
}

/** Every permission that somebody has who was given these grants. */
function reach(grants: readonly string[]): Permissions {
  return new Set(EVERY.filter((name) => grants.some((grant) => covers(grant, name)) && !isOperators(name)));
}

function contains(held: Permissions, grants: readonly string[]): boolean {
  return grants.every((grant) => isSubset(needed(grant), held));
}

/** What must be held to give a grant away; also of one that is the operator's own, and so nobody else's. */
function needed(grant: string): Permissions {
  return new Set(EVERY.filter((name) => covers(grant, name) && (grant !== '*' || !isOperators(name))));
}

function covers(grant: string, name: string): boolean {
  return grant === '*' || grant === name || grant === `${resourceOf(name)}:*`;
}

function isOperators(name: string): boolean {
  return OPERATOR_ONLY.some((own) => own === name);
}

function isSubset(inner: Permissions, outer: Permissions): boolean {
  return [...inner].every((permission) => outer.has(permission));
}

function resourceOf(name: string): string {
  return name.slice(0, name.indexOf(':'));
}

function when(code: string, refused: boolean): string[] {
  return refused ? [code] : [];
}
