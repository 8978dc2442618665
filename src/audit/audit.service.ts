import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { assertPrincipal, type Principal } from '../auth/principal.js';
import { Clock } from '../common/clock.js';
import { isId } from '../common/ids.js';
import { InputChecker } from '../common/input-checker.js';
import { mapInTurns } from '../common/next-turn.js';
import { decodeCursor, encodeCursor } from '../common/paging.js';
import { searchedId, toSearchBound } from '../common/search-bounds.js';
import { SecretScanner } from '../common/secret-scanner.js';
import { DATA_SOURCE } from '../database/data-source.token.js';
import { Database } from '../database/database.js';
import { toStoreError } from '../database/store-errors.js';
import type { JoinedTransaction } from '../database/transaction.js';
import type { Actor, ActorType } from '../events/actor.js';
import { EventHandlers } from '../events/event-handlers.js';
import { UnitOfWork } from '../events/unit-of-work.js';
import { Work } from '../events/work.js';
import { FailedAttempts } from '../refused-attempts/failed-attempts.js';
import { sizeOf, toRecord, type AuditRecord } from './audit-record.js';
import { ExportAuditDto, type ExportAuditInput } from './dto/export-audit.dto.js';
import type { FilterAuditDto } from './dto/filter-audit.dto.js';
import { ListAuditDto, type ListAuditInput } from './dto/list-audit.dto.js';
import { AuditRecordNotFoundError } from './errors.js';
import { AuditExported } from './events.js';
import type { HostAction, HostEvent } from './host-event.js';
import { recordableOf } from './recordable.js';

/** A page of the trail, newest first. */
export interface AuditPage {
  data: AuditRecord[];
  nextCursor: string | null;
}

interface StoredRecord {
  id: string;
  payload: string;
  payloadHash: string;
  content: string | null;
}

const DEFAULT_LIMIT = 50;
const EXPORT_BATCH = 500;
const MOST_BYTES = 64 * 1024;

/**
 * Reads the trail: of the actor's workspace, or of everything for an operator who acts in none; nobody else reads without
 * a workspace. Puts a host's own actions on it.
 */
@Injectable()
export class AuditService {
  constructor(
    private readonly database: Database,
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
   * @throws {Error} naming the field that cannot be on the trail, or if the manager is in no transaction of the data source that
   *   Latchkey uses.
   * @throws {StoreUnavailableError} if the trail cannot be written: without a record, nothing should be done.
   */
  async record(actor: Actor, action: HostAction, manager?: EntityManager): Promise<string> {
    const { actor: by, event } = recordableOf(actor, action, this.secrets);
    if (sizeOf(event, by, this.clock.now(), this.secrets) > MOST_BYTES) {
      throw new Error(`The record must be at most ${MOST_BYTES} bytes, as it is stored.`);
    }
    if (manager) await this.recordIn(await this.join(manager), by, event);
    else await this.unitOfWork.run(by, (work) => work.record(event));
    return event.id;
  }

  private async recordIn(transaction: JoinedTransaction, actor: Actor, event: HostEvent): Promise<void> {
    try {
      await this.handlers.run(new Work(actor, this.clock.now(), transaction), [event]);
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

  /** Newest first. A cursor is stable: what is recorded meanwhile neither repeats nor shifts older records. */
  async list(actor: Principal, input: ListAuditInput = {}): Promise<AuditPage> {
    const { limit = DEFAULT_LIMIT, cursor, ...filter } = this.input.check(ListAuditDto, input, 'query');
    const conditions = conditionsOf(actor, filter);
    if (cursor !== undefined) conditions.push(['event.id <', decodeCursor(cursor)]);
    await this.failedAttempts.settle(actor.workspaceId);
    const rows = await this.find(conditions, 'DESC', limit + 1);
    const data = rows.slice(0, limit);
    const last = data.at(-1);
    const nextCursor = last && rows.length > limit ? encodeCursor(last.id) : null;
    return { data: await mapInTurns(data, toRecord), nextCursor };
  }

  /** @throws {AuditRecordNotFoundError} for an unknown id, and alike for another workspace's record. */
  async get(actor: Principal, id: string): Promise<AuditRecord> {
    if (!isId(id)) throw new AuditRecordNotFoundError();
    const [row] = await this.find([...conditionsOf(actor, {}), ['event.id =', id.toLowerCase()]], 'DESC', 1);
    if (!row) throw new AuditRecordNotFoundError();
    return toRecord(row);
  }

  /**
   * Exports records, oldest first, in batches; those recorded while it runs may be among them. That the trail was
   * exported is on the trail before the first record leaves.
   */
  async export(actor: Principal, input: ExportAuditInput = {}): Promise<AsyncGenerator<AuditRecord>> {
    const { format = 'ndjson', ...filter } = this.input.check(ExportAuditDto, input, 'query');
    const conditions = conditionsOf(actor, filter);
    await this.failedAttempts.settle(actor.workspaceId);
    await this.unitOfWork.run(actor, (work) => {
      const changes = Object.entries({ format, ...filter }).map(([field, after]) => ({ field, before: null, after }));
      const target = { type: 'audit', id: actor.workspaceId ?? '*', display: '' };
      work.record(new AuditExported({ workspaceId: actor.workspaceId, targets: [target], changes }));
    });
    return this.stream(conditions);
  }

  private async *stream(conditions: Condition[]): AsyncGenerator<AuditRecord> {
    let after = '';
    for (;;) {
      const rows = await this.find([...conditions, ['event.id >', after]], 'ASC', EXPORT_BATCH);
      for (const row of rows) yield toRecord(row);
      after = rows.at(-1)?.id ?? after;
      if (rows.length < EXPORT_BATCH) return;
    }
  }

  private find(conditions: Condition[], order: 'ASC' | 'DESC', limit: number): Promise<StoredRecord[]> {
    const where = conditions.map(([comparison], at) => `${comparison} $${at + 1}`).join(' AND ') || '1 = 1';
    return this.database.query<StoredRecord>(
      `SELECT event.id, event.payload, event.payload_hash AS "payloadHash", pii.content
       FROM latchkey_audit_events event LEFT JOIN latchkey_audit_pii pii ON pii.event_id = event.id
       WHERE ${where} ORDER BY event.id ${order} LIMIT ${limit}`,
      conditions.map(([, value]) => value),
    );
  }
}

const READ_EVERYTHING: ReadonlySet<ActorType> = new Set(['operator', 'system']);

/** A comparison that is ours, and the value that is the caller's. */
type Condition = [comparison: string, value: string];

function conditionsOf(actor: Principal, { action, actorId, targetId, outcome, from, to }: FilterAuditDto): Condition[] {
  assertPrincipal(actor);
  const conditions: [string, string | null | undefined][] = [
    ['event.workspace_id =', READ_EVERYTHING.has(actor.type) ? actor.workspaceId : actor.requireWorkspace()],
    ['event.action =', action],
    ['event.actor_id =', actorId && searchedId(actorId)],
    ['event.target_id =', targetId && searchedId(targetId)],
    ['event.outcome =', outcome],
    ['event.occurred_date >=', from && toSearchBound(from)],
    ['event.occurred_date <', to && toSearchBound(to)],
  ];
  return conditions.filter((condition): condition is Condition => typeof condition[1] === 'string');
}
