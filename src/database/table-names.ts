import type { DataSource } from 'typeorm';
import { LATCHKEY_ENTITIES } from './entities.js';

const [Workspace] = LATCHKEY_ENTITIES;
const TABLE = /\blatchkey_/g;
const CONSTRAINT = /(?<=\b(?:pk|uq|ix|fk|tr)_)latchkey_/g;

/**
 * What the tables are called in one data source. Our statements say `latchkey_…` throughout; a host may have given the
 * entities another prefix, or its data source an `entityPrefix`.
 */
export class TableNames {
  private readonly isUsual: boolean;

  /**
   * @param table what the names of tables, functions and channels begin with
   * @param constraint what the names of constraints, indexes and triggers have behind their kind
   */
  constructor(
    readonly table: string,
    private readonly constraint = table,
  ) {
    this.isUsual = table === 'latchkey_' && constraint === 'latchkey_';
  }

  /** As the entities of the data source say. @throws {Error} if they are not ours. */
  static of(dataSource: DataSource): TableNames {
    if (!dataSource.hasMetadata(Workspace)) {
      throw new Error('The data source does not know the tables of Latchkey: add LATCHKEY_ENTITIES to its entities.');
    }
    const { tableName, uniques } = dataSource.getMetadata(Workspace);
    const unique = uniques[0]?.name ?? '';
    return new TableNames(
      tableName.replace(/workspaces$/, ''),
      unique.replace(/^uq_(.*)workspaces_external_id$/, '$1'),
    );
  }

  /** As the entities say, or the usual ones if it has none of ours: it may be there only to migrate. */
  static forMigrating(dataSource: DataSource): TableNames {
    return dataSource.hasMetadata(Workspace) ? TableNames.of(dataSource) : new TableNames('latchkey_');
  }

  /** A statement of ours, or a name in it, as this data source needs it. */
  in(sql: string): string {
    return this.isUsual ? sql : sql.replace(TABLE, this.table).replace(CONSTRAINT, this.constraint);
  }
}
