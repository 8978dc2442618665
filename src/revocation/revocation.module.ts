import { Module } from '@nestjs/common';
import type { Client, ClientConfig } from 'pg';
import type { DataSource } from 'typeorm';
import { SYSTEM_TIME } from '../kernel/time.js';
import { DATA_SOURCE } from '../database/data-source.token.js';
import { Database } from '../database/database.js';
import { DatabaseModule } from '../database/database.module.js';
import { isSqlite } from '../database/sqlite/sqlite-options.js';
import { RevocationBarrier } from '../events/revocation.js';
import { LATCHKEY_OPTIONS, type LatchkeyOptions } from '../latchkey.options.js';
import { RestoreModule } from '../restore/restore.module.js';
import { LeasedRevocations } from './leased-revocations.js';
import { PostgresInstanceConnection } from './postgres/postgres-instance-connection.js';
import { PostgresRevocationStore } from './postgres/postgres-revocation-store.js';
import { Revocations } from './revocations.js';
import { ServingLock } from './sqlite/serving-lock.js';
import { ServingRow } from './sqlite/serving-row.js';
import { SqliteRevocations } from './sqlite/sqlite-revocations.js';

/** Immediate revocation on every instance of this module's database. */
@Module({
  // Their starts come before ours: one reads, and a database that is not to be served has no instances.
  imports: [DatabaseModule, RestoreModule],
  providers: [
    {
      provide: Revocations,
      useFactory: createRevocations,
      inject: [DATA_SOURCE, Database, LATCHKEY_OPTIONS],
    },
    { provide: RevocationBarrier, useExisting: Revocations },
  ],
  exports: [Revocations, RevocationBarrier],
})
export class RevocationModule {}

function createRevocations(dataSource: DataSource, database: Database, options: LatchkeyOptions): Revocations {
  const serves = options.cacheSize > 0;
  if (isSqlite(dataSource.options)) {
    const lock = new ServingLock(dataSource.options);
    return new SqliteRevocations(lock, new ServingRow(database, SYSTEM_TIME), database, serves, SYSTEM_TIME);
  }
  const connect = () => new PostgresInstanceConnection(clientOf(dataSource, options.directUrl), database.names);
  return new LeasedRevocations(
    new PostgresRevocationStore(database),
    connect,
    serves ? options.leaseMs : 0,
    SYSTEM_TIME,
  );
}

interface Pool {
  Client: new (config: ClientConfig) => Client;
  options: ClientConfig;
}

/** A client with the settings of the host's pool, outside of it: a session that is kept would be missing there. */
function clientOf(dataSource: DataSource, directUrl: string | undefined): Client {
  const { master } = dataSource.driver as unknown as { master: Pool };
  const { options } = master;
  // The pool hides its password from whoever lists its options.
  const { password } = options;
  const config: ClientConfig = { ...options, application_name: 'latchkey revocations', keepAlive: true };
  if (password !== undefined) config.password = password;
  if (directUrl !== undefined) config.connectionString = directUrl;
  return new master.Client(config);
}
