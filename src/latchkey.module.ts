import {
  ConfigurableModuleBuilder,
  Global,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { StoredRestrictions } from './api-keys/stored-restrictions.js';
import { PresentRecords } from './audit/present-records.js';
import { RecordedTargets } from './audit/recorded-targets.js';
import { AccessCheck } from './authorization/access-check.js';
import { FastifyParsers } from './http/fastify-parsers.js';
import { documentCodes } from './http/documentation/api-refusals.decorator.js';
import { GlobalInterceptors } from './auth/global-interceptors.js';
import { HostDocumentation } from './authorization/host-documentation.js';
import {
  Authority,
  CredentialVerifier,
  MembershipDirectory,
  OperatorDirectory,
  WorkspaceDirectory,
} from './identity/ports.js';
import { Clock } from './kernel/clock.js';
import { InputChecker } from './input/input-checker.js';
import { SecretScanner } from './kernel/keys/secret-scanner.js';
import { DATA_SOURCE } from './database/data-source.token.js';
import { DatabaseModule } from './database/database.module.js';
import { INSERT_ONLY_TABLES } from './database/trail-protection.js';
import type { DomainEventClass } from './events/domain-event.js';
import { EventHandlers } from './events/event-handlers.js';
import { EventsModule } from './events/events.module.js';
import { FeatureTables } from './events/feature-tables.js';
import { GrantsService } from './grants/grants.service.js';
import { KeyRestrictions } from './grants/key-restrictions.js';
import {
  checkedOptions,
  LATCHKEY_OPTIONS,
  type LatchkeyModuleOptions,
  type LatchkeyOptions,
  type LatchkeySetup,
} from './latchkey.options.js';
import { ERROR_CODES } from './latchkey.errors.js';
import { FEATURES } from './latchkey.features.js';
import { mounted } from './latchkey.routes.js';
import { MembersService } from './members/members.service.js';
import { OperatorKeys } from './operators/operator-keys.js';
import { KnownTargets } from './refused-attempts/known-targets.js';
import { ResourceOwners } from './refused-attempts/resource-owners.js';
import { StoredRecords } from './restore/stored-records.js';
import { RevocationModule } from './revocation/revocation.module.js';
import { KeyVerifier } from './verification/key-verifier.js';
import { WORKSPACE_CONTENTS, WorkspaceRows, type WorkspaceContents } from './events/workspace-contents.js';
import { WorkspacesService } from './workspaces/workspaces.service.js';

/** Every event there is. Each must be heard inside its transaction, or the application does not start. */
export const EVENT_CATALOGUE: readonly DomainEventClass[] = FEATURES.flatMap(({ events = [] }) => events);

const MODULES = FEATURES.map(({ module }) => module);
const WORKSPACE_CONTENTS_CLASSES = FEATURES.flatMap(({ workspaceContents = [] }) => workspaceContents);
const WORKSPACE_ROWS = FEATURES.flatMap(({ workspaceTables = [] }) => workspaceTables).map(
  (rows) => new WorkspaceRows(rows),
);

// Asks for the options first: nothing is opened for an application that does not start.
function dataSourceProvider(name: string | undefined): Provider {
  const inject = [getDataSourceToken(name), LATCHKEY_OPTIONS];
  return { provide: DATA_SOURCE, useFactory: (dataSource: DataSource) => dataSource, inject };
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<Partial<LatchkeyOptions>>({
  moduleName: 'Latchkey',
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createLatchkeyOptions')
  .setExtras<LatchkeySetup>(
    { dataSource: undefined, routePrefix: undefined, controllers: undefined },
    (definition, { dataSource }) => ({
      ...definition,
      providers: [...(definition.providers ?? []), dataSourceProvider(dataSource)],
    }),
  )
  .build();

/** What a host passes to `LatchkeyModule.forRootAsync`: the setup, and where the options come from. */
export type LatchkeyModuleAsyncOptions = Parameters<typeof ConfigurableModuleClass.forRootAsync>[0];

/** What every feature stands on. Global, so that the features need not pass it on; its tokens are ours alone. */
@Global()
@Module({
  imports: [DatabaseModule, EventsModule, ...MODULES],
  providers: [
    Clock,
    InputChecker,
    ResourceOwners,
    { provide: INSERT_ONLY_TABLES, useValue: FEATURES.flatMap(({ insertOnlyTables = [] }) => insertOnlyTables) },
    { provide: FeatureTables, useFactory: () => new FeatureTables(FEATURES) },
    { provide: LATCHKEY_OPTIONS, useFactory: checkedOptions, inject: [MODULE_OPTIONS_TOKEN] },
    {
      provide: SecretScanner,
      useFactory: ({ operatorKey, keyPrefix }: LatchkeyOptions) =>
        new SecretScanner(operatorKey ? [operatorKey] : [], [keyPrefix]),
      inject: [LATCHKEY_OPTIONS],
    },
    { provide: CredentialVerifier, useExisting: KeyVerifier },
    { provide: Authority, useExisting: GrantsService },
    { provide: MembershipDirectory, useExisting: MembersService },
    { provide: OperatorDirectory, useExisting: OperatorKeys },
    { provide: KeyRestrictions, useClass: StoredRestrictions },
    { provide: KnownTargets, useClass: RecordedTargets },
    { provide: StoredRecords, useClass: PresentRecords },
    { provide: WorkspaceDirectory, useExisting: WorkspacesService },
    {
      provide: WORKSPACE_CONTENTS,
      useFactory: (...contents: WorkspaceContents[]) => [...contents, ...WORKSPACE_ROWS],
      inject: WORKSPACE_CONTENTS_CLASSES,
    },
  ],
  exports: [
    Clock,
    DATA_SOURCE,
    FeatureTables,
    INSERT_ONLY_TABLES,
    InputChecker,
    LATCHKEY_OPTIONS,
    SecretScanner,
    Authority,
    CredentialVerifier,
    MembershipDirectory,
    OperatorDirectory,
    KeyRestrictions,
    KnownTargets,
    ResourceOwners,
    StoredRecords,
    WorkspaceDirectory,
    WORKSPACE_CONTENTS,
    DatabaseModule,
    EventsModule,
    RevocationModule,
  ],
})
class LatchkeyCoreModule extends ConfigurableModuleClass {}

/**
 * API keys, permissions and an audit trail, on the TypeORM data source of the application. Global: import it once, and
 * every module may use its guards, decorators and services.
 */
@Module({
  imports: MODULES,
  exports: MODULES,
})
export class LatchkeyModule implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly handlers: EventHandlers,
    private readonly access: AccessCheck,
    documentation: HostDocumentation,
    interceptors: GlobalInterceptors,
    parsers: FastifyParsers,
  ) {
    // Nest binds routes once all modules are made.
    interceptors.passOverOurRoutes();
    parsers.answerForOurRoutes();
    // A host may make its document as soon as the application is created.
    documentation.describe();
  }

  /** The application does not start, and says why, if an option is out of range, or a declaration of access unchecked. */
  static forRoot(options: LatchkeyModuleOptions = {}): DynamicModule {
    return composed(LatchkeyCoreModule.forRoot(options), options);
  }

  /** The same with options that are made with what is injected: by `useFactory`, `useClass` or `useExisting`. */
  static forRootAsync(options: LatchkeyModuleAsyncOptions): DynamicModule {
    return composed(LatchkeyCoreModule.forRootAsync(options), options);
  }

  onModuleInit(): void {
    this.access.assertChecked();
  }

  onApplicationBootstrap(): void {
    this.handlers.assertComplete(EVENT_CATALOGUE);
  }
}

function composed(core: DynamicModule, setup: LatchkeySetup): DynamicModule {
  // Not when the module is made: of an application that is only looked at, nothing is.
  documentCodes(ERROR_CODES);
  return { module: LatchkeyModule, global: true, imports: [core, ...mounted(setup)] };
}
