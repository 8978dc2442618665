import { Injectable } from '@nestjs/common';
import { ADMIN } from '../identity/built-in-roles.js';
import { MemberKeys, type BoundKey } from '../api-keys/deletion/member-keys.js';
import { PermissionDeniedError } from '../identity/errors.js';
import { EscalationRule, MEMBER } from '../authorization/escalation.js';
import { MembershipDirectory, type Membership } from '../identity/ports.js';
import type { PermissionSet } from '../identity/permission-set.js';
import { assertPrincipal, workspaceOf, type Principal } from '../identity/principal.js';
import { InputChecker } from '../input/input-checker.js';
import { RequestInvalidError } from '../input/errors.js';
import { mapInTurns } from '../kernel/next-turn.js';
import { PageQueryDto } from '../input/page-query.dto.js';
import { rangeOf, type Page } from '../input/paging.js';
import { SecretScanner } from '../kernel/keys/secret-scanner.js';
import { Database } from '../database/database.js';
import { changesBetween } from '../events/changes.js';
import { UnitOfWork } from '../events/unit-of-work.js';
import type { Work } from '../events/work.js';
import { GrantsService, memberQueue } from '../grants/grants.service.js';
import { grantsMore, ownPermissions, type HeldGrants } from '../grants/held-grants.js';
import { PermissionsService } from '../permissions/permissions.service.js';
import { RoleHolders } from '../grants/role-holders.js';
import { RolesService } from '../roles/roles.service.js';
import { assertWorkspace } from '../workspaces/assert-workspace.js';
import { assertMayHold, countIn, countOut } from '../workspaces/quotas.js';
import { isWorkspace } from '../workspaces/workspaces.sql.js';
import { PutMemberDto } from './dto/put-member.dto.js';
import { RemovalOptionsDto } from './dto/remove-member.dto.js';
import { LastAdminError, MemberNotFoundError } from './errors.js';
import { MemberAdded, MemberRemoved, MemberUpdated } from './events.js';
import { Member } from './member.entity.js';

/** What the code of a host may know of a member. */
export type MemberDetails = Pick<Member, 'workspaceId' | 'subject' | 'createdDate' | 'updatedDate'>;

/** A member and what they hold. */
export interface MemberView {
  member: MemberDetails;
  holding: HeldGrants;
  /** All that the holding comes to. */
  permissions: PermissionSet;
}

/** What the removal of a member would do to the keys that are bound to them. */
export interface RemovalPreview {
  /** How many keys that are. */
  total: number;
  /** Of more than 200, the oldest 200; likewise of `deleted`. */
  orphaned: BoundKey[];
  deleted: BoundKey[];
}

const DETAILS = { workspaceId: true, subject: true, createdDate: true, updatedDate: true } as const;
const DELETE_KEYS = 'apikeys:delete';
const NOTHING: HeldGrants = { direct: [], roles: [], owner: null, isOrphaned: false };

/** The people of a workspace, and what each may do there. */
@Injectable()
export class MembersService extends MembershipDirectory {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
    private readonly grants: GrantsService,
    private readonly permissions: PermissionsService,
    private readonly roles: RolesService,
    private readonly holders: RoleHolders,
    private readonly keys: MemberKeys,
    private readonly escalation: EscalationRule,
    private readonly secrets: SecretScanner,
    private readonly input: InputChecker,
  ) {
    super();
  }

  /**
   * The members in order of their subjects.
   *
   * @throws {WorkspaceNotFoundError}
   */
  async list(actor: Principal, input: PageQueryDto = {}): Promise<Page<MemberView>> {
    const workspaceId = workspaceOf(actor);
    const query = this.input.check(PageQueryDto, input, 'query');
    const reads = this.database.readsOf(workspaceId);
    const [members, total] = await reads.read((manager) =>
      manager.findAndCount(Member, {
        select: DETAILS,
        where: { workspaceId },
        order: { subject: 'ASC' },
        ...rangeOf(query),
      }),
    );
    if (members.length === 0) await assertWorkspace(this.database, workspaceId);
    const subjects = members.map(({ subject }) => subject);
    const holdings = await this.grants.ofMembers(reads, workspaceId, subjects);
    // All of a page may have thousands of grants each.
    const data = await mapInTurns(members, (member) =>
      viewOf(detailsOf(member), holdings.get(member.subject) ?? NOTHING),
    );
    return { total, data };
  }

  /** @throws {MemberNotFoundError} for an unknown subject, and alike for one of another workspace only. */
  async get(actor: Principal, subject: string): Promise<MemberView> {
    const workspaceId = workspaceOf(actor);
    if (!isSubject(subject)) throw new MemberNotFoundError();
    const where = { workspaceId, subject };
    const reads = this.database.readsOf(workspaceId);
    const member = await reads.read((manager) => manager.findOneBy(Member, where));
    if (!member) throw new MemberNotFoundError();
    const holdings = await this.grants.ofMembers(reads, workspaceId, [subject]);
    return viewOf(detailsOf(member), holdings.get(subject) ?? NOTHING);
  }

  /**
   * Makes somebody a member with exactly these roles and permissions, or makes these a member's.
   *
   * @throws {RoleUnknownError} | {PermissionUnknownError} | {EscalationError} | {LastAdminError}
   */
  async put(actor: Principal, subject: string, input: PutMemberDto): Promise<MemberView> {
    const workspaceId = workspaceOf(actor);
    const { roles = [], permissions = [] } = this.input.check(PutMemberDto, input);
    if (!isSubject(subject) || this.secrets.redact(subject) !== subject) {
      const message = `subject must have 1 to ${LONGEST_SUBJECT} characters, and be no credential, nor a part of one.`;
      throw new RequestInvalidError([{ field: 'subject', message }]);
    }
    return this.unitOfWork.run(actor, async (work) => {
      work.revoke({ workspaceId });
      await this.grants.takeTurn(work, actor);
      await work.queueToChange(memberQueue(workspaceId, subject));
      const added = await insertOrLock(work, workspaceId, subject);
      const before = added ? NOTHING : await this.holdingOf(work, workspaceId, subject);
      const held = await this.roles.resolve(work, workspaceId, roles);
      const after: HeldGrants = { direct: permissions, roles: held, owner: null, isOrphaned: false };
      await this.permissions.assertGrantable(work, workspaceId, permissions);
      const changes = changesBetween(added ? {} : shown(before), shown(after));
      if (added || changes.length > 0) {
        await this.assertMayChange(work, actor, before, after);
        await assertMayHold(work, workspaceId, { roles: held, permissions });
        if (isAdmin(before) && !isAdmin(after)) await this.assertNotLastAdmin(work, workspaceId, subject);
        await this.write(work, workspaceId, subject, after);
        work.record(
          added
            ? new MemberAdded({ workspaceId, subject }, changes)
            : new MemberUpdated({ workspaceId, subject }, changes),
        );
      }
      const member = await work.manager.findOneByOrFail(Member, { workspaceId, subject });
      if (added) await countIn(work, workspaceId, 'members');
      return viewOf(detailsOf(member), after);
    });
  }

  /**
   * Removes a member. The keys that are bound to them are orphaned, or deleted: once this resolves, no instance accepts
   * them, also when the member is added again.
   *
   * @throws {MemberNotFoundError} | {EscalationError} | {LastAdminError} | {PermissionDeniedError}
   */
  async remove(actor: Principal, subject: string, input: RemovalOptionsDto = {}): Promise<void> {
    const { keys } = this.input.check(RemovalOptionsDto, input, 'query');
    const workspaceId = this.assertMayRemove(actor, subject, keys);
    return this.unitOfWork.run(actor, async (work) => {
      work.revoke({ workspaceId });
      const before = await this.takeToRemove(work, actor, subject);
      await this.holders.assign(work, workspaceId, { type: 'member', id: subject }, []);
      await work.query('DELETE FROM latchkey_members WHERE workspace_id = $1 AND subject = $2', [workspaceId, subject]);
      work.record(new MemberRemoved({ workspaceId, subject }, changesBetween(shown(before), {})));
      if (keys === 'delete') await this.keys.delete(work, workspaceId, subject);
      else await this.keys.orphan(work, workspaceId, subject);
      await countOut(work, workspaceId, 'members');
    });
  }

  /** What {@link remove} would do, with the same refusals; changes nothing. */
  async previewRemoval(actor: Principal, subject: string, input: RemovalOptionsDto = {}): Promise<RemovalPreview> {
    const { keys } = this.input.check(RemovalOptionsDto, input, 'query');
    const workspaceId = this.assertMayRemove(actor, subject, keys);
    return this.unitOfWork.run(actor, async (work) => {
      await this.takeToRemove(work, actor, subject);
      const { total, oldest } = await this.keys.of(work, workspaceId, subject);
      return keys === 'delete' ? { total, orphaned: [], deleted: oldest } : { total, orphaned: oldest, deleted: [] };
    });
  }

  async find(subject: string, workspaceId: string | undefined): Promise<Membership | 'undecided' | undefined> {
    const reads = this.database.readsOf(subject);
    const memberships = await reads.query<{ workspaceId: string }>(
      `SELECT workspace_id AS "workspaceId" FROM latchkey_members
       WHERE subject = $1 AND ${isWorkspace('workspace_id')} ${workspaceId === undefined ? '' : 'AND workspace_id = $2'} LIMIT 2`,
      workspaceId === undefined ? [subject] : [subject, workspaceId],
    );
    const [membership, another] = memberships;
    if (another) return 'undecided';
    if (!membership) return undefined;
    const holdings = await this.grants.ofMembers(reads, membership.workspaceId, [subject]);
    return { ...membership, permissions: ownPermissions(holdings.get(subject) ?? NOTHING) };
  }

  private async assertMayChange(work: Work, actor: Principal, before: HeldGrants, after: HeldGrants): Promise<void> {
    const held = ownPermissions(before).grants;
    if (!grantsMore(before, after)) {
      await this.escalation.assertHolds(work, actor, held);
      return;
    }
    const granted = [...held, ...ownPermissions(after).grants];
    await this.escalation.assertMayGrant(work, actor, granted, () => [MEMBER]);
  }

  /** @returns the workspace */
  private assertMayRemove(actor: Principal, subject: string, keys: RemovalOptionsDto['keys']): string {
    assertPrincipal(actor);
    if (keys === 'delete' && !actor.can(DELETE_KEYS)) throw new PermissionDeniedError([DELETE_KEYS]);
    const workspaceId = actor.requireWorkspace();
    if (!isSubject(subject)) throw new MemberNotFoundError();
    return workspaceId;
  }

  /** Locks a member who is to be removed, and returns what they hold. */
  private async takeToRemove(work: Work, actor: Principal, subject: string): Promise<HeldGrants> {
    const workspaceId = actor.requireWorkspace();
    await this.grants.takeTurn(work, actor);
    await work.queueToChange(memberQueue(workspaceId, subject));
    const member = await work.manager.findOne(Member, { where: { workspaceId, subject }, lock: work.lock });
    if (!member) throw new MemberNotFoundError();
    const held = await this.holdingOf(work, workspaceId, subject);
    await this.escalation.assertHolds(work, actor, ownPermissions(held).grants);
    if (isAdmin(held)) await this.assertNotLastAdmin(work, workspaceId, subject);
    return held;
  }

  /** Of several admins who remove each other at once, each waits here for the other. */
  private async assertNotLastAdmin(work: Work, workspaceId: string, subject: string): Promise<void> {
    const admins = await this.holders.lockMembers(work, workspaceId, ADMIN);
    if (admins.every((admin) => admin === subject)) throw new LastAdminError();
  }

  private async holdingOf(work: Work, workspaceId: string, subject: string): Promise<HeldGrants> {
    return (await this.grants.ofMembers(work, workspaceId, [subject])).get(subject) ?? NOTHING;
  }

  private async write(work: Work, workspaceId: string, subject: string, { direct, roles }: HeldGrants): Promise<void> {
    const updatedDate = work.date.toISOString();
    await work.manager.update(Member, { workspaceId, subject }, { permissions: [...direct], updatedDate });
    const roleIds = roles.map(({ id }) => id);
    await this.holders.assign(work, workspaceId, { type: 'member', id: subject }, roleIds);
  }
}

function detailsOf({ workspaceId, subject, createdDate, updatedDate }: Member): MemberDetails {
  return { workspaceId, subject, createdDate, updatedDate };
}

/** @returns true if the member is new; else they are locked for change. */
async function insertOrLock(work: Work, workspaceId: string, subject: string): Promise<boolean> {
  const date = work.date.toISOString();
  const inserted = await work.query(
    `INSERT INTO latchkey_members (workspace_id, subject, permissions, created_date, updated_date)
     VALUES ($1, $2, '[]', $3, $4) ON CONFLICT DO NOTHING RETURNING subject`,
    [workspaceId, subject, date, date],
  );
  if (inserted.length > 0) return true;
  await work.manager.findOne(Member, { where: { workspaceId, subject }, lock: work.lock });
  return false;
}

function isAdmin({ roles }: HeldGrants): boolean {
  return roles.some(({ id }) => id === ADMIN);
}

function shown({ direct, roles }: HeldGrants): { roles: string[]; permissions: readonly string[] } {
  return { roles: roles.map(({ name }) => name), permissions: direct };
}

const LONGEST_SUBJECT = 255;

function isSubject(text: string): boolean {
  return (
    typeof text === 'string' &&
    text.length > 0 &&
    text.length <= LONGEST_SUBJECT &&
    text.isWellFormed() &&
    !text.includes('\0')
  );
}

function viewOf(member: MemberDetails, holding: HeldGrants): MemberView {
  const permissions = ownPermissions(holding);
  permissions.simplified();
  return { member, holding, permissions };
}
