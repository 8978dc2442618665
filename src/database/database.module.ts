import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DATA_SOURCE } from './data-source.token.js';
import { Database } from './database.js';
import { openDatabase } from './open-database.js';

/** The store of this module instance, on the data source of the host. */
@Module({
  providers: [{ provide: Database, useFactory: openDatabase, inject: [DATA_SOURCE] }],
  exports: [Database],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(Database) private readonly database: Database) {}

  // Other providers write their last records while the application is being destroyed, before this.
  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}
