import sqlite3 from 'sqlite3';
import type { DataSourceOptions } from 'typeorm';
import { LATCHKEY_ENTITIES, LATCHKEY_MIGRATIONS } from 'latchkey';

export const MIGRATIONS_TABLE = 'latchkey_migrations';

const CONNECT_TIMEOUT_MS = 5000;
const QUERY_TIMEOUT_MS = 30_000;

// TypeORM asks for stack traces across the driver's threads, which cost a quarter of the time of a command.
const QUIET_SQLITE = Object.assign(Object.create(sqlite3) as typeof sqlite3, { verbose: () => sqlite3 });

/**
 * The data source of the service.
 *
 * @param url `sqlite:<path>` or `postgres://…`
 * @throws {Error} naming the two forms, if it is neither.
 */
export function dataSourceOptions(url: string): DataSourceOptions {
  const common = {
    entities: [...LATCHKEY_ENTITIES],
    migrations: [...LATCHKEY_MIGRATIONS],
    migrationsTableName: MIGRATIONS_TABLE,
    synchronize: false,
    logging: false,
    // The default writes failed migrations to stdout, past whoever else writes there. They are thrown as well.
    logger: 'debug' as const,
  };
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length) {
    const database = url.slice('sqlite:'.length);
    return { ...common, type: 'sqlite', database, driver: QUIET_SQLITE, enableWAL: true, busyTimeout: 5000 };
  }
  if (/^postgres(ql)?:\/\//.test(url)) {
    return {
      ...common,
      type: 'postgres',
      url,
      applicationName: 'latchkey',
      connectTimeoutMS: CONNECT_TIMEOUT_MS,
      // A server that went silent is an error in bounded time, not a request that hangs.
      extra: { max: 16, query_timeout: QUERY_TIMEOUT_MS, keepAlive: true },
    };
  }
  throw new Error('DATABASE_URL must be sqlite:<path> or postgres://user:password@host:port/database.');
}
