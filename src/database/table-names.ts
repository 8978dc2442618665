import type { DataSource } from 'typeorm';

// A constraint that no table of a host has tells what ours are called.
const OURS = /^uq_(.*)workspaces_external_id$/;
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
    const names = TableNames.in(dataSource);
    if (names) return names;
    throw new Error('The data source does not know the tables of Latchkey: add LATCHKEY_ENTITIES to its entities.');
  }

  /** As the entities say, or the usual ones if it has none of ours: it may be there only to migrate. */
  static forMigrating(dataSource: DataSource): TableNames {
    return TableNames.in(dataSource) ?? new TableNames('latchkey_');
  }

  private static in({ entityMetadatas }: DataSource): TableNames | undefined {
    for (const { tableName, uniques } of entityMetadatas) {
      const [, constraint] = uniques.map(({ name }) => OURS.exec(name)).find((match) => match !== null) ?? [];
      if (constraint !== undefined) return new TableNames(tableName.replace(/workspaces$/, ''), constraint);
    }
    return undefined;
  }

  /** A statement of ours, or a name in it, as this data source needs it. */
  in(sql: string): string {
    return this.isUsual ? sql : sql.replace(TABLE, this.table).replace(CONSTRAINT, this.constraint);
  }
}
