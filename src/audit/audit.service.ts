import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { assertPrincipal, type Principal } from '../identity/principal.js';
import { Clock } from '../kernel/clock.js';
import { isId } from '../kernel/ids.js';
import { InputChecker } from '../input/input-checker.js';
import { WorkspaceNotFoundError } from '../events/errors.js';
import { mapInTurns, Turn } from '../kernel/next-turn.js';
import { decodeCursor, encodeCursor, type Place } from '../input/paging.js';
import { searchedId, toSearchBound } from '../input/search-bounds.js';
import { SecretScanner } from '../kernel/keys/secret-scanner.js';
import { DATA_SOURCE } from '../database/data-source.token.js';
import { Database } from '../database/database.js';
import { SearchTurns } from '../database/search-turns.js';
import { toStoreError } from '../database/store-errors.js';
import type { JoinedTransaction } from '../database/transaction.js';
import type { Actor, ActorType } from '../events/actor.js';
import { EventHandlers } from '../events/event-handlers.js';
import { UnitOfWork } from '../events/unit-of-work.js';
import { Work } from '../events/work.js';
import { FailedAttempts } from '../refused-attempts/failed-attempts.js';
import { isWorkspace } from '../workspaces/workspaces.sql.js';
import { sizeOf, toRecord, type AuditRecord } from './records/audit-record.js';
import { ExportAuditDto, type ExportAuditInput } from './dto/export-audit.dto.js';
import type { FilterAuditDto } from './dto/filter-audit.dto.js';
import { ListAuditDto, type ListAuditInput } from './dto/list-audit.dto.js';
import { AuditRecordNotFoundError } from './errors.js';
import { AuditExported } from './events.js';
import { findRecords, getRecord, type FoundRecords, type RecordFilter, type RecordPage } from './find-records.js';
import type { HostAction, HostEvent } from './host-event.js';
import { recordableOf } from './records/recordable.js';

/** A page of the trail, newest first. */
export interface AuditPage {
  data: AuditRecord[];
  nextCursor: string | null;
}

const DEFAULT_LIMIT = 50;
const EXPORT_BATCH = 500;
const LONGEST_WAIT_MS = 10_000;
/** What an export has sent is lost where its next batch does not come. */
const LONGEST_EXPORT_WAIT_MS = 60_000;
const MOST_BYTES = 64 * 1024;
/** Those who read everything wait for each other. */
const OPERATORS = 'operators';

/**
 * Reads the trail: of the actor's workspace, or of everything for an operator who acts in none; nobody else reads without
 * a workspace. Puts a host's own actions on it.
 */
@Injectable()
export class AuditService {
  constructor(
    private readonly database: Database,
    private readonly turns: SearchTurns,
    private readonly unitOfWork: UnitOfWork,
    private readonly handlers: EventHandlers,
    private readonly secrets: SecretScanner,
    private readonly clock: Clock,
    private readonly input: InputChecker,
    @Inject(DATA_SOURCE) private readonly dataSource: DataSource,
    private readonly failedAttempts: FailedAttempts,
  ) {}

  /**
   * Puts something that the host's own user or program did on the trail: in the host's transaction, if its
   * `EntityManager` is given, so that the record is there exactly if what it tells of is; else in a transaction of its
   * own, durable when this resolves. Only what has one of its own is announced after the commit. On SQLite, inside a
   * transaction of the host that has written, give its manager: anything else waits for the end of that transaction, and
   * gives up after five seconds. What looks like a credential in a text is masked; in an id, a type or the action it is
   * refused. What becomes of the action afterwards does not change the record.
   *
   * @param actor who did it: the principal of the request, or `Principal.system(…)` of a job
   * @returns the id of the record.
   * @throws {WorkspaceNotFoundError} if there never was such a workspace; of a deleted one the trail goes on.
   * @throws {Error} naming the field that cannot be on the trail, or if the manager is in no transaction of the data source that
   *   Latchkey uses.
   * @throws {StoreUnavailableError} if the trail cannot be written: without a record, nothing should be done.
   */
  async record(actor: Actor, action: HostAction, manager?: EntityManager): Promise<string> {
    const { actor: by, event } = recordableOf(actor, action, this.secrets);
    if (sizeOf(event, by, this.clock.now(), this.secrets) > MOST_BYTES) {
      throw new Error(`The record must be at most ${MOST_BYTES} bytes, as it is stored.`);
    }
    const command = async (work: Work): Promise<void> => {
      if (event.workspaceId !== null) await assertKnown(work, event.workspaceId);
      work.record(event);
    };
    if (manager) await this.recordIn(await this.join(manager), by, event);
    else await this.unitOfWork.run(by, command, { isOfThePast: true });
    return event.id;
  }

  private async recordIn(transaction: JoinedTransaction, actor: Actor, event: HostEvent): Promise<void> {
    try {
      const work = new Work(actor, this.clock, transaction);
      if (event.workspaceId !== null) await assertKnown(work, event.workspaceId);
      await this.handlers.run(work, [event]);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  private join(manager: EntityManager): Promise<JoinedTransaction> {
    const runner = manager.queryRunner;
    if (!runner?.isTransactionActive) {
      throw new Error('The EntityManager is in no transaction: give the one of dataSource.transaction(…), or none.');
    }
    if (runner.connection !== this.dataSource) {
      throw new Error('The EntityManager is of another data source than that of the trail.');
    }
    return this.database.join(runner);
  }

  /**
   * Newest first. A cursor is stable: what is recorded meanwhile neither repeats nor shifts older records.
   *
   * @throws {WorkspaceNotFoundError} if there never was such a workspace.
   */
  async list(actor: Principal, input: ListAuditInput = {}): Promise<AuditPage> {
    const { limit = DEFAULT_LIMIT, cursor, ...filter } = this.input.check(ListAuditDto, input, 'query');
    const wanted = wantedBy(actor, filter);
    const before = cursor === undefined ? undefined : decodeCursor(cursor);
    await this.failedAttempts.settle(actor.workspaceId);
    const page = { order: 'DESC', after: before, limit: limit + 1 } as const;
    const { records, end } = await this.find(wanted, page, LONGEST_WAIT_MS);
    if (records.length === 0 && wanted.workspaceId !== null) {
      await assertKnown(this.database.readsOf(wanted.workspaceId), wanted.workspaceId);
    }
    const data = records.slice(0, limit);
    const last = records.length > limit ? data.at(-1) : end;
    const nextCursor = last ? encodeCursor(last) : null;
    return { data: await mapInTurns(data, toRecord), nextCursor };
  }

  /** @throws {AuditRecordNotFoundError} for an unknown id, and alike for another workspace's record. */
  async get(actor: Principal, id: string): Promise<AuditRecord> {
    if (!isId(id)) throw new AuditRecordNotFoundError();
    const { workspaceId } = wantedBy(actor, {});
    const row = await getRecord(this.database.readsOf(workspaceId ?? OPERATORS), workspaceId, id.toLowerCase());
    if (!row) throw new AuditRecordNotFoundError();
    return toRecord(row);
  }

  /**
   * Exports records, oldest first, in batches; those recorded while it runs may be among them. That the trail was
   * exported is on the trail before the first record leaves.
   */
  async export(actor: Principal, input: ExportAuditInput = {}): Promise<AsyncGenerator<AuditRecord>> {
    const { format = 'ndjson', ...filter } = this.input.check(ExportAuditDto, input, 'query');
    const wanted = wantedBy(actor, filter);
    await this.failedAttempts.settle(actor.workspaceId);
    await this.unitOfWork.run(actor, (work) => {
      const changes = Object.entries({ format, ...filter }).map(([field, after]) => ({ field, before: null, after }));
      const target = { type: 'audit', id: actor.workspaceId ?? '*', display: '' };
      work.record(new AuditExported({ workspaceId: actor.workspaceId, targets: [target], changes }));
    });
    return this.stream(wanted);
  }

  private async *stream(wanted: RecordFilter): AsyncGenerator<AuditRecord> {
    const turn = new Turn();
    const batch = (after?: Place): Promise<FoundRecords> =>
      this.find(wanted, { order: 'ASC', after, limit: EXPORT_BATCH }, LONGEST_EXPORT_WAIT_MS);
    let next: Promise<FoundRecords> | undefined = batch();
    while (next) {
      const { records, end }: FoundRecords = await next;
      // Read while these are sent.
      next = end && batch(end);
      next?.catch(() => undefined);
      for (const record of records) {
        if (turn.isOver) await turn.next();
        yield toRecord(record);
      }
    }
  }

  private find(wanted: RecordFilter, page: RecordPage, longestWaitMs: number): Promise<FoundRecords> {
    return this.turns.run(wanted.workspaceId, longestWaitMs, () => findRecords(this.database, wanted, page));
  }
}

/**
 * Workspaces that are deleted are known by their trail.
 *
 * @throws {WorkspaceNotFoundError}
 */
async function assertKnown(statements: Pick<Work, 'query'>, workspaceId: string): Promise<void> {
  const known = await statements.query(
    `SELECT 1 AS known WHERE ${isWorkspace('$1')}
     OR EXISTS (SELECT 1 FROM latchkey_audit_events WHERE workspace_id = $1)`,
    [workspaceId],
  );
  if (known.length === 0) throw new WorkspaceNotFoundError();
}

const READ_EVERYTHING: ReadonlySet<ActorType> = new Set(['operator', 'system']);

function wantedBy(actor: Principal, { actorId, targetId, from, to, ...filter }: FilterAuditDto): RecordFilter {
  assertPrincipal(actor);
  return {
    ...filter,
    workspaceId: READ_EVERYTHING.has(actor.type) ? actor.workspaceId : actor.requireWorkspace(),
    actorId: actorId && searchedId(actorId),
    targetId: targetId && searchedId(targetId),
    from: from && toSearchBound(from),
    to: to && toSearchBound(to),
  };
}
