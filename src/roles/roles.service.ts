import { Injectable } from '@nestjs/common';
import { BUILT_IN_ROLES, builtInRole, type BuiltInRole } from '../identity/built-in-roles.js';
import { EscalationRule } from '../authorization/escalation.js';
import { workspaceOf, type Principal } from '../identity/principal.js';
import { isId, newId } from '../kernel/ids.js';
import { InputChecker } from '../input/input-checker.js';
import { RequestInvalidError } from '../input/errors.js';
import { isSameNoun, isSlip, theOnly } from '../kernel/text/nearest.js';
import { PageQueryDto } from '../input/page-query.dto.js';
import { rangeOf, type Page } from '../input/paging.js';
import { foldedName } from '../kernel/text/visible-name.js';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/store-errors.js';
import { changesBetween } from '../events/changes.js';
import { UnitOfWork } from '../events/unit-of-work.js';
import type { Work } from '../events/work.js';
import { GrantsService } from '../grants/grants.service.js';
import { grantsMore, type HeldRole } from '../grants/held-grants.js';
import { PermissionsService } from '../permissions/permissions.service.js';
import { assertWorkspace } from '../workspaces/assert-workspace.js';
import { assertMayHold, countIn, countOut } from '../workspaces/quotas.js';
import { PutRoleDto } from './dto/put-role.dto.js';
import { RoleBuiltInError, RoleConflictError, RoleInUseError, RoleNotFoundError, RoleUnknownError } from './errors.js';
import { RoleCreated, RoleDeleted, RoleUpdated } from './events.js';
import { RoleHolders, type RoleHolderCount } from '../grants/role-holders.js';
import { RolePreviewer, type RoleEffects } from './role-previewer.js';
import { Role } from './role.entity.js';

const MOST_SUGGESTIONS = 3;
const NAMED_HOLDERS = 20;

/** A role as it is seen: custom or built-in alike. */
export interface RoleView {
  id: string;
  name: string;
  description: string | null;
  permissions: readonly string[];
  builtIn: boolean;
  createdDate: string | null;
  updatedDate: string | null;
}

/** What a change of a role would do. */
export interface RolePreview extends RoleEffects {
  role: RoleView;
}

/** Roles of a workspace: its own next to those that every workspace has. */
@Injectable()
export class RolesService {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
    private readonly permissions: PermissionsService,
    private readonly grants: GrantsService,
    private readonly escalation: EscalationRule,
    private readonly holders: RoleHolders,
    private readonly previewer: RolePreviewer,
    private readonly input: InputChecker,
  ) {}

  /**
   * The built-in roles, then the workspace's own in order of their names.
   *
   * @throws {WorkspaceNotFoundError}
   */
  async list(actor: Principal, input: PageQueryDto = {}): Promise<Page<RoleView>> {
    const workspaceId = workspaceOf(actor);
    const { skip, take } = rangeOf(this.input.check(PageQueryDto, input, 'query'));
    const builtIn = BUILT_IN_ROLES.slice(skip, skip + take).map(builtInView);
    const [rows, count] = await this.database.readsOf(workspaceId).read((manager) =>
      manager.findAndCount(Role, {
        where: { workspaceId },
        order: { name: 'ASC' },
        skip: Math.max(0, skip - BUILT_IN_ROLES.length),
        take: Math.max(1, take - builtIn.length),
      }),
    );
    if (rows.length === 0) await assertWorkspace(this.database, workspaceId);
    const own = take > builtIn.length ? rows.map(customView) : [];
    return { total: BUILT_IN_ROLES.length + count, data: [...builtIn, ...own] };
  }

  /** @throws {RoleNotFoundError} for an unknown id, and alike for another workspace's. */
  async get(actor: Principal, id: string): Promise<RoleView> {
    const workspaceId = workspaceOf(actor);
    const builtIn = builtInRole(id);
    if (builtIn) return builtInView(builtIn);
    const role =
      isId(id) &&
      (await this.database
        .readsOf(workspaceId)
        .read((all) => all.findOneBy(Role, { id: id.toLowerCase(), workspaceId })));
    if (!role) throw new RoleNotFoundError();
    return customView(role);
  }

  /** How many hold a role of the actor's workspace. */
  heldBy(actor: Principal, { id }: RoleView): Promise<RoleHolderCount> {
    const workspaceId = workspaceOf(actor);
    return this.holders.count(this.database.readsOf(workspaceId), workspaceId, id);
  }

  /** @throws {PermissionUnknownError} | {EscalationError} | {RoleConflictError} */
  async create(actor: Principal, input: PutRoleDto): Promise<RoleView> {
    const workspaceId = workspaceOf(actor);
    const body = this.input.check(PutRoleDto, input);
    assertFreeName(body.name);
    return this.unitOfWork.run(actor, async (work) => {
      await this.assertMayCreate(work, actor, body.permissions);
      const date = work.date.toISOString();
      const role: Role = { id: newId(), workspaceId, ...rowOf(body), createdDate: date, updatedDate: date };
      await write(() => work.manager.insert(Role, role));
      work.record(new RoleCreated(role, changesBetween({}, settingsOf(role))));
      await countIn(work, workspaceId, 'roles');
      return customView(role);
    });
  }

  /**
   * Replaces a role; its holders have the new permissions at their next request. The actor must hold what the role held,
   * and what it holds then: who narrows a role takes from its holders.
   *
   * @throws {RoleNotFoundError} | {RoleBuiltInError} | {PermissionUnknownError} | {EscalationError} | {RoleConflictError}
   */
  async replace(actor: Principal, id: string, input: PutRoleDto): Promise<RoleView> {
    const workspaceId = workspaceOf(actor);
    const body = this.input.check(PutRoleDto, input);
    assertFreeName(body.name);
    return this.unitOfWork.run(actor, async (work) => {
      work.revoke({ workspaceId });
      await this.grants.takeTurn(work, actor);
      const before = await take(work, workspaceId, id);
      const changes = changesBetween(settingsOf(before), settingsOf(body));
      if (changes.length === 0) return customView(before);
      await this.assertMayReplace(work, actor, before, body.permissions);
      await assertMayHold(work, workspaceId, { permissions: body.permissions });
      const after: Role = { ...before, ...rowOf(body), updatedDate: work.date.toISOString() };
      const { updatedDate } = after;
      await write(() => work.manager.update(Role, { id: after.id }, { ...rowOf(after), updatedDate }));
      work.record(new RoleUpdated(after, changes));
      return customView(after);
    });
  }

  /** What {@link replace} would do, with the same refusals; changes nothing. */
  async preview(actor: Principal, id: string, input: PutRoleDto): Promise<RolePreview> {
    const workspaceId = workspaceOf(actor);
    const body = this.input.check(PutRoleDto, input);
    assertFreeName(body.name);
    return this.unitOfWork.run(actor, async (work) => {
      await this.grants.takeTurn(work, actor);
      const before = await take(work, workspaceId, id);
      if (changesBetween(settingsOf(before), settingsOf(body)).length > 0) {
        await this.assertMayReplace(work, actor, before, body.permissions);
      }
      await assertNotTaken(work, before, body.name);
      const names = await this.permissions.names(work, workspaceId);
      const effects = await this.previewer.effects(work, before, body.permissions, names);
      return { role: customView({ ...before, ...settingsOf(body) }), ...effects };
    });
  }

  /**
   * Deletes a role without holders. The actor must hold everything that the role grants, as for replacing it: a role can be
   * replaced by deleting it and creating another.
   *
   * @throws {RoleNotFoundError} | {RoleBuiltInError} | {EscalationError} | {RoleInUseError} naming who holds it.
   */
  async delete(actor: Principal, id: string): Promise<void> {
    const workspaceId = workspaceOf(actor);
    return this.unitOfWork.run(actor, async (work) => {
      // Its last change may have been made by an instance that ended before every other one knew.
      work.revoke({ workspaceId });
      await this.grants.takeTurn(work, actor);
      const role = await take(work, workspaceId, id);
      await this.escalation.assertHolds(work, actor, role.permissions);
      const holders = await this.holders.first(work, workspaceId, role.id, NAMED_HOLDERS);
      if (holders.length > 0) {
        const { keys, members } = await this.holders.count(work, workspaceId, role.id);
        throw new RoleInUseError(holders, keys + members);
      }
      await work.query('DELETE FROM latchkey_roles WHERE id = $1', [role.id]);
      work.record(new RoleDeleted(role, changesBetween(settingsOf(role), {})));
      await countOut(work, workspaceId, 'roles');
    });
  }

  /**
   * Finds roles that are to be given, by name or by id in any case, and keeps them from being changed or deleted until the commit.
   *
   * @throws {RoleUnknownError} naming those that do not exist, and what they may be a misspelling of.
   */
  async resolve(work: Work, workspaceId: string, named: readonly string[]): Promise<HeldRole[]> {
    if (named.length === 0) return [];
    const references = named.map((reference) => (isId(reference) ? reference.toLowerCase() : reference));
    const places = references.map((_, at) => `$${at + 2}`).join(', ');
    const found = `FROM latchkey_roles WHERE workspace_id = $1 AND (id IN (${places}) OR name IN (${places})) ORDER BY id`;
    const values = [workspaceId, ...references];
    if (work.lock) {
      const ids = await work.query<{ id: string }>(`SELECT id ${found}`, values);
      await work.queueToShare(ids.map(({ id }) => id));
    }
    const own = await work.query<{ id: string; name: string; permissions: string }>(
      `SELECT id, name, permissions ${found} ${work.shareLock}`,
      values,
    );
    const roles: HeldRole[] = [
      ...BUILT_IN_ROLES.map(({ name, permissions }) => ({ id: name, name, permissions })),
      ...own.map((role) => ({ ...role, permissions: JSON.parse(role.permissions) as string[] })),
    ];
    const byReference = new Map(roles.flatMap((role) => [[role.id, role] as const, [role.name, role] as const]));
    const unknown = references.filter((reference) => !byReference.has(reference));
    if (unknown.length > 0) throw await unknownRoles(work, workspaceId, unknown);
    return [...new Set(references.flatMap((reference) => byReference.get(reference) ?? []))];
  }

  private async assertMayCreate(work: Work, actor: Principal, grants: readonly string[]): Promise<void> {
    await this.permissions.assertGrantable(work, workspaceOf(actor), grants);
    await this.escalation.assertHolds(work, actor, grants);
    await assertMayHold(work, workspaceOf(actor), { permissions: grants });
  }

  private async assertMayReplace(work: Work, actor: Principal, before: Role, grants: readonly string[]): Promise<void> {
    const { workspaceId, id, permissions } = before;
    await this.permissions.assertGrantable(work, workspaceId, grants);
    const needed = [...permissions, ...grants];
    if (!grantsMore({ direct: permissions, roles: [] }, { direct: grants, roles: [] })) {
      await this.escalation.assertHolds(work, actor, needed);
      return;
    }
    await this.escalation.assertMayGrant(work, actor, needed, async () => {
      const holders = await this.holders.restrictions(work, workspaceId, id);
      return holders.map((restrictions) => ({ name: 'A holder of the role', restrictions }));
    });
  }
}

async function unknownRoles(work: Work, workspaceId: string, unknown: readonly string[]): Promise<RoleUnknownError> {
  const own = await work.query<{ name: string; permissions: string }>(
    'SELECT name, permissions FROM latchkey_roles WHERE workspace_id = $1',
    [workspaceId],
  );
  const roles = [
    ...BUILT_IN_ROLES,
    ...own.map((role) => ({ ...role, permissions: JSON.parse(role.permissions) as string[] })),
  ];
  const meant = unknown.slice(0, MOST_SUGGESTIONS).map((name) => suggestRole(name, roles));
  return new RoleUnknownError(unknown.map((name, at) => faultOf(name, meant[at])));
}

/** Never one that grants everything; and of roles other than the built-in, only the same word. */
function suggestRole(written: string, roles: readonly Pick<HeldRole, 'name' | 'permissions'>[]): string | undefined {
  const names = roles.filter(({ permissions }) => !permissions.includes('*')).map(({ name }) => name);
  return theOnly(
    names,
    (name) => isSameNoun(written, name) || (builtInRole(name) !== undefined && isSlip(written, name)),
  );
}

function faultOf(reference: string, suggestion: string | undefined): string {
  return suggestion === undefined
    ? `There is no role ${reference}. GET /role lists them.`
    : `There is no role ${reference}; did you mean ${suggestion}?`;
}

/** Takes a custom role to change it: nobody else changes, gives or deletes it until the commit. */
async function take(work: Work, workspaceId: string, id: string): Promise<Role> {
  if (builtInRole(id)) throw new RoleBuiltInError();
  if (isId(id)) await work.queueToChange(id.toLowerCase());
  const role =
    isId(id) && (await work.manager.findOne(Role, { where: { id: id.toLowerCase(), workspaceId }, lock: work.lock }));
  if (!role) throw new RoleNotFoundError();
  return role;
}

function assertFreeName(name: string): void {
  if (builtInRole(foldedName(name))) throw new RoleConflictError();
  // Roles are given by name or by id; a name that reads as an id could mean two roles.
  if (isId(name)) throw new RequestInvalidError([{ field: 'name', message: 'name must not be a UUID.' }]);
}

/** What the unique constraint says of a change that is made. */
async function assertNotTaken(work: Work, { workspaceId, id }: Role, name: string): Promise<void> {
  const others = await work.query(
    'SELECT id FROM latchkey_roles WHERE workspace_id = $1 AND name_folded = $2 AND id <> $3',
    [workspaceId, foldedName(name), id],
  );
  if (others.length > 0) throw new RoleConflictError();
}

async function write(statement: () => Promise<unknown>): Promise<void> {
  try {
    await statement();
  } catch (error) {
    if (isUniqueViolation(error)) throw new RoleConflictError();
    throw error;
  }
}

function settingsOf({
  name,
  description,
  permissions,
}: PutRoleDto | Role): Pick<Role, 'name' | 'description' | 'permissions'> {
  return { name, description: description ?? null, permissions };
}

function rowOf(role: PutRoleDto | Role): ReturnType<typeof settingsOf> & Pick<Role, 'nameFolded'> {
  return { ...settingsOf(role), nameFolded: foldedName(role.name) };
}

function customView({ id, name, description, permissions, createdDate, updatedDate }: Role): RoleView {
  return { id, name, description, permissions, builtIn: false, createdDate, updatedDate };
}

function builtInView({ name, description, permissions }: BuiltInRole): RoleView {
  return { id: name, name, description, permissions, builtIn: true, createdDate: null, updatedDate: null };
}
