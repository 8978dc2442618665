import { Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DATA_SOURCE } from './data-source.token.js';
import { Database } from './database.js';
import { openDatabase } from './open-database.js';
import { SearchTurns } from './search-turns.js';
import { isTableMissing } from './store-errors.js';
import { INSERT_ONLY_TABLES, protectTrail, type InsertOnlyTable } from './trail-protection.js';

const TABLES_MISSING =
  'The tables of Latchkey are not there: run LATCHKEY_MIGRATIONS, or let the data source synchronize.';

/** The store of this module instance, on the data source of the host. */
@Module({
  providers: [{ provide: Database, useFactory: openDatabase, inject: [DATA_SOURCE] }, SearchTurns],
  exports: [Database, SearchTurns],
})
export class DatabaseModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(INSERT_ONLY_TABLES) private readonly insertOnly: readonly InsertOnlyTable[],
  ) {}

  // Not earlier: a host may run the migrations between making the application and starting it.
  async onModuleInit(): Promise<void> {
    const { database, insertOnly } = this;
    try {
      await database.transaction((transaction) =>
        protectTrail(transaction, insertOnly, (name) => database.names.in(name)),
      );
    } catch (error) {
      if (!isTableMissing((error as Error).cause)) throw error;
      throw new Error(TABLES_MISSING, { cause: error });
    }
  }

  // Other providers write their last records while the application is being destroyed, before this.
  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}
