import type { DataSourceOptions } from 'typeorm';

/** The options of a data source on SQLite, through either of the drivers that TypeORM has for it. */
export type SqliteOptions = DataSourceOptions & { type: 'sqlite' | 'better-sqlite3'; database: string };

/** TypeORM 1 knows only better-sqlite3, so the names are compared as texts. */
export function isSqlite(options: DataSourceOptions): options is SqliteOptions {
  const type: string = options.type;
  return type === 'sqlite' || type === 'better-sqlite3';
}

/** Another data source on a file of SQLite, through the same driver: with a connection of its own. */
export interface OwnConnection {
  database: string;
  /** For how long to wait for a lock, in milliseconds. better-sqlite3 stops the process while it waits. */
  waitMs: number;
  entities: DataSourceOptions['entities'];
}

export function ownOptions(options: SqliteOptions, { database, waitMs, entities }: OwnConnection): DataSourceOptions {
  const own: object = {
    database,
    entities,
    synchronize: false,
    dropSchema: false,
    migrationsRun: false,
    subscribers: [],
    busyTimeout: waitMs,
    timeout: waitMs,
    enableWAL: false,
  };
  return { ...options, ...own };
}
