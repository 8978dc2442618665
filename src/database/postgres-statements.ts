import { hash } from 'node:crypto';
import type { Client, QueryConfig } from 'pg';
import { QueryFailedError, type QueryRunner } from 'typeorm';
import type { TableNames } from './table-names.js';

const MOST_NAMED = 200;
const MOST_PARAMETERS = 20;

/**
 * Runs statements on connections of the driver `pg`, which prepare each once, under a name. A connection keeps what it has
 * prepared, so what is made for one occasion is not named: what has no parameters, or very many, or comes after the first
 * two hundred texts. Without parameters, there may be several statements in one text.
 */
export class PostgresStatements {
  private readonly prepared = new Map<string, string>();

  constructor(private readonly names: TableNames) {}

  /**
   * @returns the rows, those of a `RETURNING` included.
   * @throws {QueryFailedError} as TypeORM does.
   */
  async run<Row>(runner: QueryRunner, sql: string, values: unknown[] = []): Promise<Row[]> {
    const text = this.names.in(sql);
    const client = (await runner.connect()) as Client;
    const name = this.nameOf(text, values.length);
    const query: QueryConfig = name === undefined ? { text, values } : { name, text, values };
    try {
      const { rows } = await client.query(query);
      return rows as Row[];
    } catch (error) {
      throw new QueryFailedError(text, values, error as Error);
    }
  }

  private nameOf(text: string, parameters: number): string | undefined {
    const known = this.prepared.get(text);
    const isFixed = parameters > 0 && parameters <= MOST_PARAMETERS;
    if (known !== undefined || !isFixed || this.prepared.size >= MOST_NAMED) return known;
    // Of the text, for the connections are the host's: whoever else is on them never means another text by it.
    const name = `latchkey_${hash('sha256', text, 'hex').slice(0, 24)}`;
    this.prepared.set(text, name);
    return name;
  }
}
