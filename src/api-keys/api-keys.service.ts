import { Inject, Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { displayOf } from '../identity/display-of.js';
import { PermissionSet } from '../identity/permission-set.js';
import { workspaceOf, type Principal } from '../identity/principal.js';
import { Clock } from '../kernel/clock.js';
import { isId, newId } from '../kernel/ids.js';
import { generateKey, hashKey, maskKey } from '../kernel/keys/key-format.js';
import { InputChecker } from '../input/input-checker.js';
import { RequestInvalidError } from '../input/errors.js';
import type { Page } from '../input/paging.js';
import { toMoment } from '../input/search-bounds.js';
import { SecretScanner } from '../kernel/keys/secret-scanner.js';
import { Database } from '../database/database.js';
import { SearchTurns } from '../database/search-turns.js';
import { isUniqueViolation } from '../database/store-errors.js';
import { changesBetween } from '../events/changes.js';
import type { Change } from '../events/domain-event.js';
import { UnitOfWork } from '../events/unit-of-work.js';
import type { Work } from '../events/work.js';
import { GrantsService } from '../grants/grants.service.js';
import type { HeldRole, HeldGrants } from '../grants/held-grants.js';
import { LATCHKEY_OPTIONS, type LatchkeyOptions } from '../latchkey.options.js';
import { PermissionsService } from '../permissions/permissions.service.js';
import { RoleHolders } from '../grants/role-holders.js';
import { RolesService } from '../roles/roles.service.js';
import { assertWorkspace } from '../workspaces/assert-workspace.js';
import { assertMayHold, countIn, countOut, quotasOf } from '../workspaces/quotas.js';
import { ApiKey } from './api-key.entity.js';
import { deleteKey } from './deletion/delete-key.js';
import { UseReviews } from './deletion/use-reviews.js';
import { CreateApiKeyDto, type CreateApiKeyInput } from './dto/create-api-key.dto.js';
import { DeleteApiKeyDto } from './dto/delete-api-key.dto.js';
import { ListApiKeysDto } from './dto/list-api-keys.dto.js';
import { ReplaceApiKeyDto } from './dto/replace-api-key.dto.js';
import { UpdateApiKeyDto, type UpdateApiKeyInput } from './dto/update-api-key.dto.js';
import {
  ApiKeyConflictError,
  ApiKeyNotFoundError,
  ApiKeyUsedSinceReviewError,
  ApiKeyVersionMismatchError,
} from './errors.js';
import { ApiKeyCreated, ApiKeyDeleted, ApiKeyDisabled, ApiKeyEnabled, ApiKeyUpdated } from './events.js';
import { findKeys } from './search/find-keys.js';
import { claimIdempotencyKey } from './idempotency.js';
import { changesOf, isRebound } from './key-changes.js';
import { KeyEscalation } from './key-escalation.js';
import {
  columnsOf,
  detailsOf,
  newSettings,
  settingsAfter,
  shown,
  type ApiKeyDetails,
  type KeySettings,
  type SaidSettings,
} from './key-settings.js';
import { assertIfMatch, matches, reviewedUsesIn } from './if-match.js';
import { deleteWords, insertWords, type WordOfKey } from './search/key-words.js';
import { fromSearchName, toSearchName, wordsOf } from './search/search-words.js';

const READ_AT_ONCE = 50;
const LONGEST_LIST_WAIT_MS = 10_000;
const MOST_CREATED = 200;

/** A key with its roles, and what it may do in all at this moment. */
export interface ApiKeyView {
  key: ApiKeyDetails;
  roles: readonly HeldRole[];
  effective: PermissionSet;
}

/** A new key, and its secret: to be shown once, and found nowhere afterwards. */
export interface CreatedApiKey extends ApiKeyView {
  secret: string;
}

/** What people know a key by. */
export interface KeyName {
  id: string;
  keyName: string;
}

interface KeyReference {
  id: string;
  workspaceId: string;
}

/** API keys of a workspace. Each command is one transaction together with its record on the trail. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly database: Database,
    private readonly turns: SearchTurns,
    private readonly unitOfWork: UnitOfWork,
    private readonly permissions: PermissionsService,
    private readonly roles: RolesService,
    private readonly holders: RoleHolders,
    private readonly grants: GrantsService,
    private readonly escalation: KeyEscalation,
    private readonly reviews: UseReviews,
    private readonly clock: Clock,
    private readonly input: InputChecker,
    private readonly secrets: SecretScanner,
    @Inject(LATCHKEY_OPTIONS) private readonly options: LatchkeyOptions,
  ) {}

  /**
   * Creates a key with no more permissions than the actor's.
   *
   * @param idempotencyKey for 24 hours a second call with the same one creates nothing.
   * @throws {RequestInvalidError} for what the REST route refuses, too.
   * @throws {PermissionUnknownError} | {EscalationError} | {ApiKeyConflictError} | {ApiKeyAlreadyCreatedError} |
   *   {IdempotencyKeyReusedError}
   */
  async create(actor: Principal, input: CreateApiKeyInput, idempotencyKey?: string): Promise<CreatedApiKey> {
    const workspaceId = workspaceOf(actor);
    const body = this.input.check(CreateApiKeyDto, input);
    const secret = generateKey(this.options.keyPrefix);
    return this.unitOfWork.run(actor, async (work) => {
      await this.grants.queue(work, actor);
      const roles = await this.roles.resolve(work, workspaceId, body.roles ?? []);
      const asked = newSettings({ ...saidIn(body, roles, work.date), keyName: body.keyName });
      await this.assertGrantable(work, workspaceId, asked.permissions, asked);
      const ownerSubject = await this.escalation.assertMayCreate(work, actor, asked, body.owner);
      const settings = { ...asked, ownerSubject };
      const id = newId();
      const date = work.date.toISOString();
      const key: ApiKey = {
        id,
        workspaceId,
        ...columnsOf(settings),
        searchName: toSearchName(wordsOf(settings.name)),
        hash: hashKey(secret),
        hint: maskKey(secret),
        createdDate: date,
        updatedDate: date,
        createdBy: { type: actor.type, id: actor.id, display: displayOf(actor.display, this.secrets) },
        creatorKeyId: actor.type === 'apikey' ? actor.id : null,
        lastUsedDate: null,
        version: 1,
      };
      // Before what may be refused for the time that has passed, such as an expiry: a repeat is told what it is.
      if (idempotencyKey !== undefined) {
        await claimIdempotencyKey(work, { idempotencyKey, workspaceId, keyId: id, body });
      }
      assertInFuture(key.expirationDate, work.date);
      await assertMayHold(work, workspaceId, settings);
      await this.assertOwner(work, workspaceId, ownerSubject);
      await insert(work, key);
      await this.holders.assign(work, workspaceId, { type: 'apikey', id: key.id }, idsOf(roles));
      work.record(new ApiKeyCreated(key, changesBetween(NOTHING, { ...shown(settings) })));
      const view = await this.view(work, key, roles);
      await countIn(work, workspaceId, 'keys');
      return { ...view, secret };
    });
  }

  /**
   * The keys of the actor's workspace; newest first unless sorted otherwise.
   *
   * @throws {WorkspaceNotFoundError}
   */
  async list(actor: Principal, input: ListApiKeysDto = {}): Promise<Page<ApiKeyView>> {
    const workspaceId = workspaceOf(actor);
    const query = this.input.check(ListApiKeysDto, input, 'query');
    return this.turns.run(workspaceId, LONGEST_LIST_WAIT_MS, async () => {
      const { ids, total } = await findKeys(this.database, workspaceId, query, this.clock.now());
      if (ids.length === 0) await assertWorkspace(this.database, workspaceId);
      const keys = await this.keysWith(workspaceId, ids);
      // Those of the whole workspace are counted as they come and go.
      const counted = total ?? { total: (await quotasOf(this.database.readsOf(workspaceId), workspaceId)).keys.used };
      return { ...counted, data: await this.views(workspaceId, keys) };
    });
  }

  private async keysWith(workspaceId: string, ids: readonly string[]): Promise<ApiKey[]> {
    const byId = new Map<string, ApiKey>();
    // Not all at once: TypeORM makes the objects of one answer in one go, and keys may be large.
    for (let at = 0; at < ids.length; at += READ_AT_ONCE) {
      const some = In(ids.slice(at, at + READ_AT_ONCE));
      // Asked for the workspace as well, SQLite would rather go through all of its keys.
      const keys = await this.database.readsOf(workspaceId).read((manager) => manager.findBy(ApiKey, { id: some }));
      for (const key of keys) if (key.workspaceId === workspaceId) byId.set(key.id, key);
    }
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  /** @throws {ApiKeyNotFoundError} for an unknown id, and alike for another workspace's. */
  async get(actor: Principal, id: string): Promise<ApiKeyView> {
    const where = this.where(actor, id);
    const key = await this.database.readsOf(where.workspaceId).read((manager) => manager.findOneBy(ApiKey, where));
    if (!key) throw new ApiKeyNotFoundError(id);
    const [view] = await this.views(where.workspaceId, [key]);
    if (!view) throw new ApiKeyNotFoundError(id);
    return view;
  }

  /**
   * The keys that a key of the actor's workspace created and that are there: the oldest of them, up to 200.
   *
   * @throws {ApiKeyNotFoundError} for what is no id of a key.
   */
  async createdBy(actor: Principal, id: string): Promise<KeyName[]> {
    const { workspaceId, id: creatorKeyId } = this.where(actor, id);
    return this.database.readsOf(workspaceId).query<KeyName>(
      `SELECT id, name AS "keyName" FROM latchkey_api_keys
         WHERE creator_key_id = $1 AND workspace_id = $2 ORDER BY id LIMIT ${MOST_CREATED}`,
      [creatorKeyId, workspaceId],
    );
  }

  /**
   * Changes what the body names and nothing else. A change that changes nothing leaves no trace.
   *
   * @param ifMatch the versions (ETags) of which the key must have one.
   * @throws {ApiKeyNotFoundError} | {ApiKeyVersionMismatchError} | {ApiKeyConflictError}
   * @throws {PermissionUnknownError} | {RoleUnknownError}
   * @throws {EscalationError} if the key may do what the actor may not, unless the change only takes from it; or if it would
   *   exceed the actor after the change.
   * @throws {RequestInvalidError} for an owner who is no member, and for an `ifMatch` that is no list of ETags.
   */
  async update(actor: Principal, id: string, input: UpdateApiKeyInput, ifMatch?: string): Promise<ApiKeyView> {
    return this.change(actor, id, this.input.check(UpdateApiKeyDto, input), ifMatch);
  }

  /** Replaces the name and the permissions; as {@link update} otherwise. */
  async replace(actor: Principal, id: string, input: ReplaceApiKeyDto, ifMatch?: string): Promise<ApiKeyView> {
    return this.change(actor, id, this.input.check(ReplaceApiKeyDto, input), ifMatch);
  }

  private change(actor: Principal, id: string, body: UpdateApiKeyDto, ifMatch?: string): Promise<ApiKeyView> {
    assertIfMatch(ifMatch);
    const where = this.where(actor, id);
    return this.unitOfWork.run(actor, async (work) => {
      work.revoke({ keyId: where.id });
      await this.grants.takeTurn(work, actor);
      await work.queueToChange(where.id);
      const key = await work.manager.findOne(ApiKey, { where, lock: work.lock });
      if (!key) throw new ApiKeyNotFoundError(id);
      if (!matches(ifMatch, key.version)) throw new ApiKeyVersionMismatchError();
      const held = (await this.grants.ofKeys(work, key.workspaceId, [key.id])).get(key.id)?.roles ?? [];
      const before: KeySettings = { ...key, roles: held };
      const roles = body.roles ? await this.roles.resolve(work, key.workspaceId, body.roles) : held;
      const after = settingsAfter(before, saidIn(body, body.roles && roles, work.date));
      assertEnds(before, after, work.date);
      const changes = changesOf(before, after, work.date);
      const view = await this.view(work, key, held);
      if (changes.length === 0) return view;
      const changed = new Set(changes.map(({ field }) => field));
      if (changed.has('permissions') || changed.has('roles')) {
        await this.assertGrantable(work, key.workspaceId, changed.has('permissions') ? after.permissions : [], after);
      }
      await this.escalation.assertMayChange(work, actor, { before, after, effective: view.effective.grants });
      await assertMayHold(work, key.workspaceId, {
        ...(changed.has('permissions') && { permissions: after.permissions }),
        ...(changed.has('roles') && { roles }),
      });
      if (isRebound(before, after)) await this.assertOwner(work, key.workspaceId, after.ownerSubject);
      const saved = await save(work, key, after);
      if (body.roles) await this.holders.assign(work, key.workspaceId, { type: 'apikey', id: key.id }, idsOf(roles));
      recordUpdate(work, saved, changes);
      return this.view(work, saved, roles);
    });
  }

  /**
   * Deletes a key for good: once this resolves, no instance accepts it. Of parallel calls one wins.
   *
   * @param ifMatch the versions (ETags) of which the key must have one, or the ETags of reports of its usage, since one of which
   *   it must not have been used.
   * @throws {ApiKeyNotFoundError} for an unknown id, and alike for another workspace's.
   * @throws {ApiKeyVersionMismatchError} | {ApiKeyUsedSinceReviewError}
   * @throws {UsesUnknownError} if it cannot be found out whether the key was used.
   */
  async delete(actor: Principal, id: string, input: DeleteApiKeyDto = {}, ifMatch?: string): Promise<void> {
    const { reason } = this.input.check(DeleteApiKeyDto, input, 'query');
    assertIfMatch(ifMatch);
    const where = this.where(actor, id);
    const reviews = reviewedUsesIn(ifMatch);
    if (reviews.length > 0) await this.reviews.prepare();
    return this.unitOfWork.run(actor, async (work) => {
      work.revoke({ keyId: where.id });
      if (ifMatch !== undefined) await this.assertMatch(work, where, ifMatch, reviews);
      const deleted = await deleteKey(work, where);
      if (!deleted) throw new ApiKeyNotFoundError(id);
      const { name, permissions, mayHoldRoles } = deleted;
      if (mayHoldRoles) await this.holders.assign(work, where.workspaceId, { type: 'apikey', id: where.id }, []);
      const was = { keyName: name, permissions };
      work.record(new ApiKeyDeleted({ ...where, name }, changesBetween(was, NOTHING), reason ?? null));
      await countOut(work, where.workspaceId, 'keys');
    });
  }

  /** @param named the permissions that the caller names; of those that a key has already, some may be gone since. */
  private async assertGrantable(
    work: Work,
    workspaceId: string,
    named: readonly string[],
    { permissions, roles }: Pick<KeySettings, 'permissions' | 'roles'>,
  ): Promise<void> {
    if (permissions.length + roles.length === 0) {
      const message = 'permissions must name at least one, unless roles does.';
      throw new RequestInvalidError([{ field: 'permissions', message }]);
    }
    await this.permissions.assertGrantable(work, workspaceId, named);
  }

  private async assertMatch(
    work: Work,
    where: KeyReference,
    ifMatch: string,
    reviews: readonly string[],
  ): Promise<void> {
    await work.queueToChange(where.id);
    const key = await work.manager.findOne(ApiKey, { where, lock: work.lock });
    if (!key) throw new ApiKeyNotFoundError(where.id);
    if (matches(ifMatch, key.version)) return;
    if (reviews.length === 0) throw new ApiKeyVersionMismatchError();
    const since = await this.reviews.since(work, where.id, reviews);
    if (since) throw new ApiKeyUsedSinceReviewError(since);
  }

  private async assertOwner(work: Work, workspaceId: string, owner: string | null): Promise<void> {
    if (owner === null || (await this.grants.keepMember(work, workspaceId, owner))) return;
    const message = 'owner must be a member of the workspace, by their subject, or null.';
    throw new RequestInvalidError([{ field: 'owner', message }]);
  }

  private async view(work: Work, key: ApiKey, roles: readonly HeldRole[]): Promise<ApiKeyView> {
    const holding: HeldGrants = {
      direct: key.permissions,
      roles,
      owner: key.ownerSubject,
      isOrphaned: key.orphanedDate !== null,
    };
    const effective = await this.grants.effectiveOfKeys(work, key.workspaceId, new Map([[key.id, holding]]));
    return { key: detailsOf(key), roles, effective: effective.get(key.id) ?? PermissionSet.none };
  }

  /** A key that is deleted while this reads is left out. */
  private async views(workspaceId: string, keys: readonly ApiKey[]): Promise<ApiKeyView[]> {
    const reads = this.database.readsOf(workspaceId);
    const holdings = await this.grants.ofKeys(
      reads,
      workspaceId,
      keys.map(({ id }) => id),
    );
    const effective = await this.grants.effectiveOfKeys(reads, workspaceId, holdings);
    return keys.flatMap((key) => {
      const holding = holdings.get(key.id);
      if (!holding) return [];
      return { key: detailsOf(key), roles: holding.roles, effective: effective.get(key.id) ?? PermissionSet.none };
    });
  }

  private where(actor: Principal, id: string): KeyReference {
    const workspaceId = workspaceOf(actor);
    if (!isId(id)) throw new ApiKeyNotFoundError(id);
    return { id: id.toLowerCase(), workspaceId };
  }
}

const NOTHING = {};

function idsOf(roles: readonly HeldRole[]): string[] {
  return roles.map(({ id }) => id);
}

/** @param roles those that the body names, if it does */
function saidIn(body: UpdateApiKeyDto, roles: readonly HeldRole[] | undefined, now: Date): SaidSettings {
  return { ...body, roles, expirationDate: expirationOf(body, now) };
}

/** One that has passed may be sent back unchanged. */
function assertEnds(before: KeySettings, after: KeySettings, now: Date): void {
  if (after.expirationDate !== before.expirationDate) assertInFuture(after.expirationDate, now);
}

/** @returns undefined if the body says nothing of it, null for never. */
function expirationOf(
  { expirationDate, expiresInSeconds }: Pick<UpdateApiKeyDto, 'expirationDate' | 'expiresInSeconds'>,
  now: Date,
): string | null | undefined {
  if (expirationDate !== undefined && expiresInSeconds !== undefined) {
    const message = 'Send either expirationDate or expiresInSeconds, not both.';
    throw new RequestInvalidError([{ field: 'expiresInSeconds', message }]);
  }
  if (expiresInSeconds !== undefined) return new Date(now.getTime() + expiresInSeconds * 1000).toISOString();
  if (expirationDate === undefined || expirationDate === null) return expirationDate;
  return new Date(toMoment(expirationDate) ?? NaN).toISOString();
}

function assertInFuture(expirationDate: string | null, now: Date): void {
  if (expirationDate === null || new Date(expirationDate) > now) return;
  const message = 'expirationDate must be in the future. To stop a key now, delete or disable it.';
  throw new RequestInvalidError([{ field: 'expirationDate', message }]);
}

async function insert(work: Work, key: ApiKey): Promise<void> {
  try {
    await work.manager.insert(ApiKey, key as QueryDeepPartialEntity<ApiKey>);
    await insertWords(work, key.workspaceId, wordsIn(key));
  } catch (error) {
    if (isUniqueViolation(error)) throw new ApiKeyConflictError();
    throw error;
  }
}

async function save(work: Work, before: ApiKey, settings: KeySettings): Promise<ApiKey> {
  const { id, version } = before;
  const changed = {
    ...columnsOf(settings),
    searchName: toSearchName(wordsOf(settings.name)),
    updatedDate: work.date.toISOString(),
    version: version + 1,
  };
  try {
    const { affected } = await work.manager.update(ApiKey, { id, version }, changed as QueryDeepPartialEntity<ApiKey>);
    if (affected === 0) throw new ApiKeyVersionMismatchError();
  } catch (error) {
    throw isUniqueViolation(error) ? new ApiKeyConflictError() : error;
  }
  const saved = { ...before, ...changed };
  if (saved.searchName !== before.searchName) {
    await deleteWords(work, before.workspaceId, wordsIn(before));
    await insertWords(work, before.workspaceId, wordsIn(saved));
  }
  return saved;
}

function wordsIn({ id, searchName }: ApiKey): WordOfKey[] {
  return fromSearchName(searchName).map((word) => [word, id]);
}

/** Enabling and disabling are acts of their own on the trail, apart from whatever else changed with them. */
function recordUpdate(work: Work, key: ApiKey, changes: Change[]): void {
  const switched = changes.filter(({ field }) => field === 'enabled');
  const others = changes.filter(({ field }) => field !== 'enabled');
  if (others.length > 0) work.record(new ApiKeyUpdated(key, others));
  if (switched.length > 0)
    work.record(key.enabled ? new ApiKeyEnabled(key, switched) : new ApiKeyDisabled(key, switched));
}
