import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Principal } from '../identity/principal.js';
import { newId } from '../kernel/ids.js';
import { hashKey } from '../kernel/keys/key-format.js';
import { Database } from '../database/database.js';
import { changesBetween } from '../events/changes.js';
import { UnitOfWork } from '../events/unit-of-work.js';
import type { Work } from '../events/work.js';
import { LATCHKEY_OPTIONS, type LatchkeyOptions } from '../latchkey.options.js';
import { OperatorCreated, OperatorDeleted, OperatorRotated } from './events.js';
import { ENVIRONMENT } from './operator-name.js';
import { Operator } from './operator.entity.js';
import { announceAddition } from './operators.service.js';

const SYSTEM = Principal.system('latchkey');

/**
 * Keeps the operator named `environment` in line with the option `operatorKey`: at the start its key is taken up, changed
 * or dropped, each with a record. Only in an application that answers HTTP: a command or a job on the same database need
 * not know the key, and drops nothing.
 */
@Injectable()
export class EnvironmentOperator implements OnApplicationBootstrap {
  private readonly hash: string | undefined;

  constructor(
    @Inject(LATCHKEY_OPTIONS) { operatorKey }: LatchkeyOptions,
    private readonly host: HttpAdapterHost,
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
  ) {
    this.hash = operatorKey === undefined ? undefined : hashKey(operatorKey);
  }

  /** @throws {Error} if the key is another operator's. */
  async onApplicationBootstrap(): Promise<void> {
    // Undefined or null, as the version of Nest has it, where there is no HTTP.
    if (!(this.host as Partial<HttpAdapterHost> | undefined)?.httpAdapter) return;
    const [stored] = await this.database.query<{ hash: string }>(
      'SELECT hash FROM latchkey_operators WHERE name = $1',
      [ENVIRONMENT],
    );
    if (stored?.hash === this.hash) return;
    await this.unitOfWork.run(SYSTEM, (work) => (stored ? this.changeOrDrop(work) : this.takeUp(work)));
  }

  /** Of instances that start together one writes. */
  private async takeUp(work: Work): Promise<void> {
    const { hash } = this;
    if (hash === undefined) return;
    announceAddition(work);
    await assertItsOwn(work, hash);
    const operator = { id: newId(), name: ENVIRONMENT };
    const inserted = await work.query(
      `INSERT INTO latchkey_operators (id, name, hash, created_date) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING RETURNING id`,
      [operator.id, operator.name, hash, work.date.toISOString()],
    );
    if (inserted.length === 0) return;
    work.record(new OperatorCreated(operator, changesBetween({}, { name: ENVIRONMENT }), 'Its key was set.'));
  }

  private async changeOrDrop(work: Work): Promise<void> {
    work.revoke({ operators: true });
    const operator = await work.manager.findOne(Operator, { where: { name: ENVIRONMENT }, lock: work.lock });
    if (!operator || operator.hash === this.hash) return;
    if (this.hash === undefined) {
      await work.query('DELETE FROM latchkey_operators WHERE id = $1', [operator.id]);
      work.record(new OperatorDeleted(operator, changesBetween({ name: ENVIRONMENT }, {}), 'Its key was unset.'));
      return;
    }
    await assertItsOwn(work, this.hash);
    const rotatedDate = work.date.toISOString();
    await work.manager.update(Operator, { id: operator.id }, { hash: this.hash, rotatedDate });
    const changes = changesBetween({ rotatedDate: operator.rotatedDate }, { rotatedDate });
    work.record(new OperatorRotated(operator, changes, 'Its key was changed.'));
  }
}

/** A key of two operators would be one that outlives the deletion of either. */
async function assertItsOwn(work: Work, hash: string): Promise<void> {
  const [other] = await work.query<{ name: string }>(
    'SELECT name FROM latchkey_operators WHERE hash = $1 AND name <> $2',
    [hash, ENVIRONMENT],
  );
  if (!other) return;
  throw new Error(
    `LATCHKEY_OPERATOR_KEY (operatorKey) is the key of the operator ${other.name}, which needs no variable. Unset it, or ` +
      'choose another key',
  );
}
