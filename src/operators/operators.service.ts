import { Inject, Injectable } from '@nestjs/common';
import { EscalationError } from '../identity/errors.js';
import { assertPrincipal, type Principal } from '../identity/principal.js';
import { isId, newId } from '../kernel/ids.js';
import { InputChecker } from '../input/input-checker.js';
import { generateKey, hashKey } from '../kernel/keys/key-format.js';
import { RequestInvalidError } from '../input/errors.js';
import { Database } from '../database/database.js';
import { changesBetween } from '../events/changes.js';
import { UnitOfWork } from '../events/unit-of-work.js';
import type { Work } from '../events/work.js';
import { LATCHKEY_OPTIONS, type LatchkeyOptions } from '../latchkey.options.js';
import { CreateOperatorDto } from './dto/create-operator.dto.js';
import {
  LastOperatorError,
  OperatorConflictError,
  OperatorNotFoundError,
  OperatorOfEnvironmentError,
} from './errors.js';
import { OperatorCreated, OperatorDeleted, OperatorRotated } from './events.js';
import { ENVIRONMENT, FIRST, isOperatorName, OPERATOR_NAME_RULE } from './operator-name.js';
import { Operator } from './operator.entity.js';

/** An operator without its key, of which only a hash is stored. */
export type OperatorView = Omit<Operator, 'hash'>;

/** An operator, and its new key: to be shown once, and found nowhere afterwards. */
export interface CreatedOperator {
  operator: OperatorView;
  secret: string;
}

/**
 * Operators: principals above all workspaces. Only they, and the system itself (`Principal.system`), manage them; from
 * another actor every command is an {@link EscalationError}.
 */
@Injectable()
export class OperatorsService {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
    private readonly input: InputChecker,
    @Inject(LATCHKEY_OPTIONS) private readonly options: LatchkeyOptions,
  ) {}

  /** All operators, in order of their names. */
  list(): Promise<OperatorView[]> {
    return this.database.query<OperatorView>(
      `SELECT id, name, created_date AS "createdDate", rotated_date AS "rotatedDate"
       FROM latchkey_operators ORDER BY name`,
    );
  }

  /**
   * Creates an operator with a key of its own.
   *
   * @throws {RequestInvalidError} naming each field at fault, {OperatorConflictError} if it is taken.
   */
  async create(actor: Principal, input: CreateOperatorDto): Promise<CreatedOperator> {
    assertMayManage(actor);
    const { name } = this.input.check(CreateOperatorDto, input);
    if (!isOperatorName(name)) {
      throw new RequestInvalidError([{ field: 'name', message: `name must be ${OPERATOR_NAME_RULE}.` }]);
    }
    if (name === ENVIRONMENT) {
      throw new OperatorConflictError(
        'The name environment is that of LATCHKEY_OPERATOR_KEY. Choose a different name.',
      );
    }
    return this.unitOfWork.run(actor, async (work) => {
      const created = await this.insert(work, name);
      if (!created) throw new OperatorConflictError();
      return created;
    });
  }

  /**
   * Creates an operator named `first` if there is none at all. Of instances that start together one creates it.
   *
   * @returns undefined if there was one.
   */
  createFirst(work: Work): Promise<CreatedOperator | undefined> {
    return this.insert(work, FIRST, 'WHERE NOT EXISTS (SELECT 1 FROM latchkey_operators)');
  }

  /**
   * Gives an operator a new key. Once this resolves, no instance accepts the former one.
   *
   * @param reference its name or its id
   * @throws {OperatorNotFoundError} | {OperatorOfEnvironmentError}
   */
  async rotate(actor: Principal, reference: string): Promise<CreatedOperator> {
    assertMayManage(actor);
    const secret = generateKey(this.options.keyPrefix);
    return this.unitOfWork.run(actor, async (work) => {
      work.revoke({ operators: true });
      const [operator] = await takeAll(work, reference);
      const rotatedDate = work.date.toISOString();
      await work.manager.update(Operator, { id: operator.id }, { hash: hashKey(secret), rotatedDate });
      const { rotatedDate: before } = operator;
      work.record(new OperatorRotated(operator, changesBetween({ rotatedDate: before }, { rotatedDate })));
      return { operator: viewOf({ ...operator, rotatedDate }), secret };
    });
  }

  /**
   * Deletes an operator. Once this resolves, no instance accepts its key. What it did stays on the trail.
   *
   * @param reference its name or its id
   * @throws {OperatorNotFoundError} | {OperatorOfEnvironmentError} | {LastOperatorError}
   */
  async delete(actor: Principal, reference: string): Promise<void> {
    assertMayManage(actor);
    return this.unitOfWork.run(actor, async (work) => {
      work.revoke({ operators: true });
      const [operator, others] = await takeAll(work, reference);
      if (others === 0) throw new LastOperatorError();
      await work.query('DELETE FROM latchkey_operators WHERE id = $1', [operator.id]);
      work.record(new OperatorDeleted(operator, changesBetween({ name: operator.name }, {})));
    });
  }

  private async insert(work: Work, name: string, condition = 'WHERE 1 = 1'): Promise<CreatedOperator | undefined> {
    announceAddition(work);
    const secret = generateKey(this.options.keyPrefix);
    const operator: OperatorView = { id: newId(), name, createdDate: work.date.toISOString(), rotatedDate: null };
    const inserted = await work.query(
      `INSERT INTO latchkey_operators (id, name, hash, created_date) SELECT $1, $2, $3, $4 ${condition}
       ON CONFLICT DO NOTHING RETURNING id`,
      [operator.id, name, hashKey(secret), operator.createdDate],
    );
    if (inserted.length === 0) return undefined;
    work.record(new OperatorCreated(operator, changesBetween({}, { name })));
    return { operator, secret };
  }
}

/**
 * Has every instance that remembers the operators read them again. On SQLite no other process can be told, and none that
 * serves need be: it looks for a key that it does not know.
 */
export function announceAddition(work: Work): void {
  if (work.dialect === 'postgres') work.revoke({ operators: true });
}

function assertMayManage(actor: Principal): void {
  assertPrincipal(actor);
  const { type } = actor;
  if (type !== 'operator' && type !== 'system') throw new EscalationError(['the rights of an operator']);
}

/** Takes all operators, in one order, so that of those who delete each other one waits for the other. */
async function takeAll(work: Work, reference: string): Promise<[operator: Operator, others: number]> {
  const all = await work.manager.find(Operator, { order: { id: 'ASC' }, lock: work.lock });
  const id = isId(reference) ? reference.toLowerCase() : undefined;
  const operator = all.find((one) => one.name === reference || one.id === id);
  if (!operator) throw new OperatorNotFoundError();
  if (operator.name === ENVIRONMENT) throw new OperatorOfEnvironmentError();
  return [operator, all.length - 1];
}

function viewOf({ id, name, createdDate, rotatedDate }: Operator): OperatorView {
  return { id, name, createdDate, rotatedDate };
}
