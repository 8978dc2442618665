import { Logger, Module, type INestApplicationContext, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ApiKeysService } from '../../src/api-keys/api-keys.service.js';
import { AppModule } from '../../server/src/app.module.js';
import { Principal } from '../../src/identity/principal.js';
import { readEnvironment } from '../../server/src/config/environment.js';
import { Database } from '../../src/database/database.js';
import { UnitOfWork } from '../../src/events/unit-of-work.js';
import { WorkspacesService } from '../../src/workspaces/workspaces.service.js';
import { uniqueName } from '../support/service.js';
import { createStore, type StoreKind } from '../support/stores.js';

@Module({})
class HostModule {}

/** An application without HTTP, with providers of its own next to the service's, on a database of its own. */
export interface Host {
  context: INestApplicationContext;
  apiKeys: ApiKeysService;
  workspaces: WorkspacesService;
  unitOfWork: UnitOfWork;
  database: Database;
  /** Somebody who may do everything, in a workspace of the host's. */
  actor: Principal;
  /** How many records of this action there are. */
  recordsOf: (action: string) => Promise<number>;
  stop: () => Promise<void>;
}

export async function startHost(kind: StoreKind, providers: Provider[]): Promise<Host> {
  const store = await createStore(kind);
  const environment = readEnvironment({ DATABASE_URL: store.url, LOG_LEVEL: 'silent' });
  Logger.overrideLogger(false);
  const context = await NestFactory.createApplicationContext(
    { module: HostModule, imports: [AppModule.forRoot(environment)], providers },
    { logger: false, abortOnError: false },
  );
  const workspaces = context.get(WorkspacesService, { strict: false });
  const database = context.get(Database, { strict: false });
  const { id } = await workspaces.create(Principal.system('test'), { name: uniqueName('Workspace') });
  return {
    context,
    workspaces,
    database,
    apiKeys: context.get(ApiKeysService, { strict: false }),
    unitOfWork: context.get(UnitOfWork, { strict: false }),
    actor: Principal.system('test', id),
    recordsOf: async (action) => {
      const [row] = await database.query<{ count: number | string }>(
        'SELECT count(*) AS count FROM latchkey_audit_events WHERE action = $1',
        [action],
      );
      return Number(row?.count);
    },
    stop: async () => {
      await context.close();
      await store.drop();
    },
  };
}
