import { Injectable } from '@nestjs/common';
import { OperatorDirectory, type KnownOperator } from '../identity/ports.js';
import type { PresentedKey } from '../identity/presented-key.js';
import { LONGEST_OPERATOR_KEY, SHORTEST_OPERATOR_KEY } from '../kernel/keys/operator-key.js';
import { Database } from '../database/database.js';
import { Revocations, type Eviction } from '../revocation/revocations.js';
import { BatchedQuery } from '../revocation/batched-query.js';

// Every request may wait for it: given up as soon as a look-up of a key, and like that never answered by a standby.
const ALL = { sql: 'SELECT id, name, hash FROM latchkey_operators' };

type OperatorsByHash = ReadonlyMap<string, KnownOperator>;

/**
 * Whose key it is, from memory where this instance may answer from there. All operators are kept: they are few. Once the
 * rotation or the deletion of one has been answered, its former key is no operator's on any instance.
 */
@Injectable()
export class OperatorKeys extends OperatorDirectory {
  private remembered: OperatorsByHash | undefined;
  /** Changes with every revocation: what was read before is not kept after. */
  private generation = 0;
  // However many ask, one statement at a time.
  private readonly look = new BatchedQuery(() => this.read());

  constructor(
    private readonly database: Database,
    private readonly revocations: Revocations,
  ) {
    super();
    revocations.onRevoked((eviction) => {
      if (concernsOperators(eviction)) this.evict();
    });
  }

  find(credential: PresentedKey): KnownOperator | undefined | Promise<KnownOperator | undefined> {
    const known = this.fromMemory(credential);
    return known === undefined ? this.findStored(credential.hash) : (known ?? undefined);
  }

  fromMemory(credential: PresentedKey): KnownOperator | null | undefined {
    const { length } = credential.text;
    if (length < SHORTEST_OPERATOR_KEY || length > LONGEST_OPERATOR_KEY) return null;
    const remembered = this.revocations.mayServeFromMemory() ? this.remembered : undefined;
    if (!remembered) return undefined;
    // By its hash: the time of a look-up tells of that at most, and so nothing of a key.
    const operator = remembered.get(credential.hash);
    if (operator) return operator;
    // What other processes add are keys that were made here. Of any other form is the one of the environment alone.
    return this.revocations.hearsOfOthers || !credential.isWellFormed ? null : undefined;
  }

  private async findStored(hash: string): Promise<KnownOperator | undefined> {
    const { generation } = this;
    const mayRemember = this.revocations.mayServeFromMemory();
    const operators = await this.look.ask();
    if (mayRemember && generation === this.generation) this.remembered = operators;
    return operators.get(hash);
  }

  private async read(): Promise<OperatorsByHash> {
    const rows = await this.database.lookUp<KnownOperator & { hash: string }>(ALL, []);
    return new Map(rows.map(({ hash, id, name }) => [hash, { id, name }]));
  }

  private evict(): void {
    this.generation += 1;
    this.remembered = undefined;
  }
}

function concernsOperators(eviction: Eviction): boolean {
  return eviction === 'everything' || eviction.some((revocation) => 'operators' in revocation);
}
