import { Inject, Injectable } from '@nestjs/common';
import { PERMISSIONS, type Permission } from '../identity/permission-catalogue.js';
import { builtInResourceLike, hasGrantForm, reservedBy, resourceOf } from '../identity/permission-name.js';
import { assertPrincipal, workspaceOf, type Principal } from '../identity/principal.js';
import { InputChecker } from '../input/input-checker.js';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/store-errors.js';
import { FeatureTables } from '../events/feature-tables.js';
import { UnitOfWork } from '../events/unit-of-work.js';
import type { Work } from '../events/work.js';
import { assertWorkspace } from '../workspaces/assert-workspace.js';
import { countIn, countOut } from '../workspaces/quotas.js';
import { ApplicationPermission } from './application-permission.entity.js';
import { LATCHKEY_OPTIONS, type LatchkeyOptions } from '../latchkey.options.js';
import { CreatePermissionDto } from './dto/create-permission.dto.js';
import {
  PermissionConflictError,
  PermissionInUseError,
  PermissionNotFoundError,
  PermissionUnknownError,
} from './errors.js';
import { PermissionCreated, PermissionDeleted } from './events.js';
import { suggestPermission } from './unknown-permission.js';

const LATCHKEYS: readonly Permission[] = PERMISSIONS;
const OWN: readonly string[] = LATCHKEYS.filter(({ grantable }) => grantable).map(({ name }) => name);
const MOST_SUGGESTIONS = 3;

/** The catalogue of permissions: Latchkey's own, the host's, and those of a workspace's applications. */
@Injectable()
export class PermissionsService {
  /** Those of every workspace. */
  private readonly everywhere: readonly Permission[];

  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
    private readonly input: InputChecker,
    private readonly tables: FeatureTables,
    @Inject(LATCHKEY_OPTIONS) { permissions }: LatchkeyOptions,
  ) {
    this.everywhere = [...LATCHKEYS, ...(permissions?.list ?? [])];
  }

  /**
   * Latchkey's permissions, the host's, then those of the workspace the actor acts in, if in one.
   *
   * @throws {WorkspaceNotFoundError}
   */
  async list(actor: Principal): Promise<Permission[]> {
    assertPrincipal(actor);
    const { workspaceId } = actor;
    if (workspaceId === null) return [...this.everywhere];
    const own = await this.database
      .readsOf(workspaceId)
      .read((manager) => manager.find(ApplicationPermission, { where: { workspaceId }, order: { name: 'ASC' } }));
    if (own.length === 0) await assertWorkspace(this.database, workspaceId);
    const added = own.map(({ name, description }) => ({ name, description, grantable: true }));
    return [...this.everywhere, ...added.filter(({ name }) => !this.isEverywhere(name))];
  }

  /** @throws {PermissionConflictError} if it exists, or its resource is one of Latchkey's own or reads like one. */
  async create(actor: Principal, input: CreatePermissionDto): Promise<Permission> {
    const workspaceId = workspaceOf(actor);
    const { name, description } = this.input.check(CreatePermissionDto, input);
    const resource = resourceOf(name);
    const own = builtInResourceLike(resource);
    if (own) throw new PermissionConflictError(`${reservedBy(resource, own)} Choose another.`);
    if (this.isEverywhere(name)) throw new PermissionConflictError('Every workspace has this permission already.');
    return this.unitOfWork.run(actor, async (work) => {
      const permission = { workspaceId, name, description, createdDate: work.date.toISOString() };
      try {
        await work.manager.insert(ApplicationPermission, permission);
      } catch (error) {
        if (isUniqueViolation(error)) throw new PermissionConflictError('The workspace has this permission already.');
        throw error;
      }
      work.record(new PermissionCreated(permission));
      await countIn(work, workspaceId, 'permissions');
      return { name, description, grantable: true };
    });
  }

  /** @throws {PermissionNotFoundError} | {PermissionInUseError} naming what grants it. */
  async delete(actor: Principal, name: string): Promise<void> {
    const workspaceId = workspaceOf(actor);
    // PostgreSQL refuses to be asked for text with NUL.
    if (typeof name !== 'string' || name.includes('\0')) throw new PermissionNotFoundError();
    return this.unitOfWork.run(actor, async (work) => {
      // Whether it is in use may have been settled by a change whose maker ended before every instance knew.
      work.revoke({ workspaceId });
      const where = { workspaceId, name };
      const permission = await work.manager.findOne(ApplicationPermission, { where, lock: work.lock });
      if (!permission) throw new PermissionNotFoundError();
      const holders = await holdersOf(work, this.tables, workspaceId, name);
      if (holders.length > 0) throw new PermissionInUseError(holders);
      await work.query('DELETE FROM latchkey_permissions WHERE workspace_id = $1 AND name = $2', [workspaceId, name]);
      work.record(new PermissionDeleted(permission));
      await countOut(work, workspaceId, 'permissions');
    });
  }

  /** The names of all permissions that can be granted in a workspace; they stay until the commit. */
  async names(work: Work, workspaceId: string): Promise<string[]> {
    const own = await work.query<{ name: string }>(
      `SELECT name FROM latchkey_permissions WHERE workspace_id = $1 ORDER BY name ${work.shareLock}`,
      [workspaceId],
    );
    const everywhere = this.everywhere.filter(({ grantable }) => grantable);
    return [...new Set([...everywhere, ...own].map(({ name }) => name))];
  }

  private isEverywhere(name: string): boolean {
    return this.everywhere.some((permission) => permission.name === name);
  }

  /** @throws {PermissionUnknownError} naming the grants that no key may carry, and what is meant where that is plain. */
  async assertGrantable(work: Work, workspaceId: string, grants: readonly string[]): Promise<void> {
    const names = await this.names(work, workspaceId);
    const grantable = new Set(['*', ...names, ...names.map((name) => `${resourceOf(name)}:*`)]);
    const unknown = grants.filter((grant) => !grantable.has(grant));
    if (unknown.length === 0) return;
    const others = names.filter((name) => !OWN.includes(name));
    const meant = unknown.slice(0, MOST_SUGGESTIONS).map((grant) => suggestPermission(grant, OWN, others));
    throw new PermissionUnknownError(unknown.map((grant, at) => faultOf(grant, meant[at])));
  }
}

function faultOf(grant: string, suggestion: string | undefined): string {
  if (LATCHKEYS.some(({ name, grantable }) => name === grant && !grantable)) {
    return `${grant} belongs to the operator; no key may carry it.`;
  }
  if (suggestion !== undefined) return `${grant} is not a known permission; did you mean ${suggestion}?`;
  const resource = resourceOf(grant);
  return resource === '' || !hasGrantForm(grant) || builtInResourceLike(resource)
    ? `${grant} is not a known permission. GET /permission lists them.`
    : `${grant} is not a known permission. One of your own is declared first: by POST /permission, or by definePermissions in the host application.`;
}

// Grants are JSON arrays of names without quotes or backslashes, so a name stands in one exactly as it is searched for:
// not with LIKE, which ignores case on SQLite.
async function holdersOf(work: Work, tables: FeatureTables, workspaceId: string, name: string): Promise<string[]> {
  const holders: string[] = [];
  for (const type of ['role', 'apikey', 'member'] as const) {
    const { table, id, name: shown = id } = tables.holder(type);
    const rows = await work.query<{ holder: string }>(
      `SELECT ${shown} AS holder FROM ${table} WHERE workspace_id = $1 AND REPLACE(permissions, $2, '') <> permissions LIMIT 20`,
      [workspaceId, `"${name}"`],
    );
    holders.push(...rows.map(({ holder }) => `${type} ${holder}`));
  }
  return holders;
}
