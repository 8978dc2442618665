import type { Type } from '@nestjs/common';
import { ApiKeysController } from '../../src/api-keys/api-keys.controller.js';
import { ApiKeysService } from '../../src/api-keys/api-keys.service.js';
import { accessOf } from '../../src/identity/access.js';
import { PermissionDeniedError, UnauthenticatedError } from '../../src/identity/errors.js';
import { PermissionSet } from '../../src/identity/permission-set.js';
import { CredentialVerifier, MembershipDirectory } from '../../src/identity/ports.js';
import { PresentedKey } from '../../src/identity/presented-key.js';
import { Principal, type Identity } from '../../src/identity/principal.js';
import { newId } from '../../src/kernel/ids.js';
import { LatchkeyError } from '../../src/kernel/latchkey-error.js';
import { MembersController } from '../../src/members/members.controller.js';
import { MembersService } from '../../src/members/members.service.js';
import { PermissionsController } from '../../src/permissions/permissions.controller.js';
import { PermissionsService } from '../../src/permissions/permissions.service.js';
import type { RoleEffect } from '../../src/roles/role-previewer.js';
import { RolesController } from '../../src/roles/roles.controller.js';
import { RolesService } from '../../src/roles/roles.service.js';
import { WorkspacesService } from '../../src/workspaces/workspaces.service.js';
import { permissionsOf } from '../support/routes.js';
import { uniqueName, type RunningService } from '../support/service.js';
import type { Actor, Command, Deed } from './commands.js';
import { BUILT_IN } from './names.js';
import { ADDRESS, settingsOf } from './restrictions.js';

const UNKNOWN_ID = '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11';

interface IssuedKey {
  id: string;
  name: string;
  secret: string;
}

/** The real services in a workspace of their own, entered the way the guards let requests in. */
export class System {
  readonly keys: IssuedKey[] = [];
  private readonly services = new Map<unknown, unknown>();
  private readonly roleIds = new Map<string, string>();

  private constructor(
    private readonly service: RunningService,
    private readonly workspaceId: string,
  ) {}

  static async create(service: RunningService): Promise<System> {
    const workspaces = service.app.get(WorkspacesService, { strict: false });
    const { id } = await workspaces.create(Principal.system('test'), { name: uniqueName('Sequence') });
    return new System(service, id);
  }

  /** @returns the code of the refusal, or undefined if the command succeeded */
  async attempt({ actor, deed }: Command): Promise<string | undefined> {
    return refusalOf(async () => this.carryOut(await this.enter(actor, deed), deed));
  }

  /** What a dry run of the replacement says, or the code of its refusal. */
  async preview({ actor, deed }: Command & { deed: { kind: 'replaceRole' } }): Promise<RoleEffect[] | string> {
    let effects: RoleEffect[] = [];
    const refusal = await refusalOf(async () => {
      const body = { name: deed.to, permissions: deed.permissions };
      const principal = await this.enter(actor, deed);
      ({ effects } = await this.get(RolesService).preview(principal, this.idOf(deed.name), body));
    });
    return refusal ?? effects;
  }

  /** Who the guards would say that this is; undefined if they accept nobody. */
  async principalOf(actor: Actor): Promise<Principal | undefined> {
    const identity = await this.identityOf(actor);
    return identity && new Principal(identity, null);
  }

  /** What the lists say that each key and each member may do. */
  async listed(): Promise<{ keys: Map<string, PermissionSet>; members: Map<string, readonly string[]> }> {
    const actor = Principal.system('test', this.workspaceId);
    const keys = await this.get(ApiKeysService).list(actor, {});
    const members = await this.get(MembersService).list(actor, {});
    return {
      keys: new Map(keys.data.map(({ key, effective }) => [key.id, effective])),
      members: new Map(
        members.data.map(({ member, holding }) => [
          member.subject,
          [...holding.direct, ...holding.roles.flatMap(({ permissions }) => permissions)],
        ]),
      ),
    };
  }

  private get<T>(service: Type<T> | (abstract new (...args: never[]) => T)): T {
    const found = this.services.get(service) ?? this.service.app.get(service, { strict: false });
    this.services.set(service, found);
    return found as T;
  }

  private async enter(actor: Actor, deed: Deed): Promise<Principal> {
    const principal = await this.principalOf(actor);
    if (!principal) throw new UnauthenticatedError();
    const anyOf = declaredBy(deed);
    if (!anyOf.some((permission) => principal.can(permission)))
      throw new PermissionDeniedError([{ permissions: anyOf, needed: 'any' }]);
    return principal;
  }

  private async identityOf(actor: Actor): Promise<Identity | undefined> {
    const workspaceId = this.workspaceId;
    if (actor.type === 'operator') {
      const identity = { type: 'operator', id: newId(), display: 'first', credentialId: null } as const;
      return { ...identity, workspaceId, permissions: PermissionSet.everything, rateLimit: null, owner: null };
    }
    if (actor.type === 'member') {
      const { subject } = actor;
      const found = await this.get(MembershipDirectory).find(subject, workspaceId);
      const membership =
        found && found !== 'undecided' ? found : { workspaceId: null, permissions: PermissionSet.none };
      const identity = { type: 'user', id: subject, display: subject, credentialId: subject } as const;
      return { ...identity, ...membership, rateLimit: null, owner: subject };
    }
    const issued = this.key(actor.nth);
    const result =
      issued && (await this.get(CredentialVerifier).authenticate(new PresentedKey(issued.secret), { ip: ADDRESS }));
    if (!result?.valid) return undefined;
    const { id, name, workspaceId: home, permissions, rateLimit, owner } = result.key;
    return { type: 'apikey', id, display: name, credentialId: id, workspaceId: home, permissions, rateLimit, owner };
  }

  private async carryOut(actor: Principal, deed: Deed): Promise<void> {
    switch (deed.kind) {
      case 'createKey': {
        const { permissions, roles, owner, restricting = {} } = deed;
        const body = { keyName: uniqueName('Key'), permissions, roles, owner, ...settingsOf(restricting) };
        const { key, secret } = await this.get(ApiKeysService).create(actor, body);
        this.keys.push({ id: key.id, name: key.name, secret });
        return;
      }
      case 'updateKey': {
        const { permissions, roles, enabled, owner, restricting = {}, told } = deed;
        const metadata = told ? { note: uniqueName('Note') } : undefined;
        const body = { permissions, roles, enabled, owner, metadata, ...settingsOf(restricting) };
        await this.get(ApiKeysService).update(actor, this.keyId(deed.nth), body);
        return;
      }
      case 'replaceKey': {
        const issued = this.key(deed.nth);
        const keyName = deed.renamed || !issued ? uniqueName('Key') : issued.name;
        const body = { keyName, permissions: deed.permissions };
        await this.get(ApiKeysService).update(actor, this.keyId(deed.nth), body);
        if (issued) issued.name = keyName;
        return;
      }
      case 'deleteKey':
        await this.get(ApiKeysService).delete(actor, this.keyId(deed.nth), {});
        return;
      case 'createRole': {
        const { name, permissions } = deed;
        const { id } = await this.get(RolesService).create(actor, { name, permissions });
        this.roleIds.set(name, id);
        return;
      }
      case 'replaceRole': {
        const body = { name: deed.to, permissions: deed.permissions };
        const { id } = await this.get(RolesService).replace(actor, this.idOf(deed.name), body);
        this.roleIds.delete(deed.name);
        this.roleIds.set(deed.to, id);
        return;
      }
      case 'deleteRole':
        await this.get(RolesService).delete(actor, this.idOf(deed.name));
        this.roleIds.delete(deed.name);
        return;
      case 'putMember':
        await this.get(MembersService).put(actor, deed.subject, { roles: deed.roles, permissions: deed.permissions });
        return;
      case 'removeMember':
        await this.get(MembersService).remove(actor, deed.subject, { keys: deed.keys });
        return;
      case 'createPermission':
        await this.get(PermissionsService).create(actor, { name: deed.name, description: 'Of a test.' });
        return;
      case 'deletePermission':
        await this.get(PermissionsService).delete(actor, deed.name);
    }
  }

  private key(nth: number): IssuedKey | undefined {
    return this.keys[nth % Math.max(1, this.keys.length)];
  }

  private keyId(nth: number): string {
    return this.key(nth)?.id ?? UNKNOWN_ID;
  }

  private idOf(role: string): string {
    return role in BUILT_IN ? role : (this.roleIds.get(role) ?? UNKNOWN_ID);
  }
}

const ROUTES: Record<Deed['kind'], [controller: Type, handler: string]> = {
  createKey: [ApiKeysController, 'create'],
  updateKey: [ApiKeysController, 'update'],
  replaceKey: [ApiKeysController, 'replace'],
  deleteKey: [ApiKeysController, 'delete'],
  createRole: [RolesController, 'create'],
  replaceRole: [RolesController, 'replace'],
  deleteRole: [RolesController, 'delete'],
  putMember: [MembersController, 'put'],
  removeMember: [MembersController, 'remove'],
  createPermission: [PermissionsController, 'create'],
  deletePermission: [PermissionsController, 'delete'],
};

/** What the route of a deed declares. */
function declaredBy({ kind }: Deed): readonly string[] {
  const [controller, handler] = ROUTES[kind];
  return permissionsOf(accessOf(controller, controller.prototype[handler]));
}

async function refusalOf(deed: () => Promise<void>): Promise<string | undefined> {
  try {
    await deed();
    return undefined;
  } catch (error) {
    if (error instanceof LatchkeyError) return error.code;
    throw error;
  }
}
