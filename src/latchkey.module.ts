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
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import {
  ApiKeyCreated,
  ApiKeyDeleted,
  ApiKeyDisabled,
  ApiKeyEnabled,
  ApiKeyOrphaned,
  ApiKeyUpdated,
} from './api-keys/events.js';
import { WorkspaceKeys } from './api-keys/workspace-keys.js';
import { AuditModule } from './audit/audit.module.js';
import { RecordedTargets } from './audit/recorded-targets.js';
import { AuditExported } from './audit/events.js';
import { AccessCheck } from './authorization/access-check.js';
import { AuthModule } from './auth/auth.module.js';
import { AuthDenied, AuthFailed, RequestFailed } from './refused-requests/events.js';
import { FastifyParsers } from './http/fastify-parsers.js';
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
import type { DomainEventClass } from './events/domain-event.js';
import { EventHandlers } from './events/event-handlers.js';
import { EventsModule } from './events/events.module.js';
import { SystemStarted, SystemStopped } from './events/system-events.js';
import { GrantsModule } from './grants/grants.module.js';
import { GrantsService } from './grants/grants.service.js';
import { ResourceDirectory } from './grants/resource-directory.js';
import { WorkspaceGrants } from './grants/workspace-grants.js';
import {
  checkedOptions,
  LATCHKEY_CONTROLLERS,
  LATCHKEY_OPTIONS,
  type LatchkeyModuleOptions,
  type LatchkeyOptions,
  type LatchkeySetup,
} from './latchkey.options.js';
import { mounted } from './latchkey.routes.js';
import { MemberAdded, MemberRemoved, MemberUpdated } from './members/events.js';
import { MembersModule } from './members/members.module.js';
import { MembersService } from './members/members.service.js';
import { OperatorCreated, OperatorDeleted, OperatorRotated } from './operators/events.js';
import { OperatorKeys } from './operators/operator-keys.js';
import { OperatorsModule } from './operators/operators.module.js';
import { PermissionCreated, PermissionDeleted } from './permissions/events.js';
import { PermissionsModule } from './permissions/permissions.module.js';
import { AuditSuppressed } from './refused-attempts/events.js';
import { KnownTargets } from './refused-attempts/known-targets.js';
import { ResourceOwners } from './refused-attempts/resource-owners.js';
import { LogRestored } from './restore/events.js';
import { RestoreModule } from './restore/restore.module.js';
import { RevocationModule } from './revocation/revocation.module.js';
import { RoleCreated, RoleDeleted, RoleUpdated } from './roles/events.js';
import { RolesModule } from './roles/roles.module.js';
import { KeyVerifier } from './verification/key-verifier.js';
import { VerificationModule } from './verification/verification.module.js';
import { WorkspaceCreated, WorkspaceDeleted, WorkspaceUpdated } from './workspaces/events.js';
import { WORKSPACE_CONTENTS, type WorkspaceContents } from './workspaces/workspace-contents.js';
import { WorkspacesModule } from './workspaces/workspaces.module.js';
import { WorkspacesService } from './workspaces/workspaces.service.js';

/** Every event there is. Each must be heard inside its transaction, or the application does not start. */
export const EVENT_CATALOGUE: readonly DomainEventClass[] = [
  ApiKeyCreated,
  ApiKeyUpdated,
  ApiKeyEnabled,
  ApiKeyDisabled,
  ApiKeyOrphaned,
  ApiKeyDeleted,
  WorkspaceCreated,
  WorkspaceUpdated,
  WorkspaceDeleted,
  RoleCreated,
  RoleUpdated,
  RoleDeleted,
  MemberAdded,
  MemberUpdated,
  MemberRemoved,
  PermissionCreated,
  PermissionDeleted,
  OperatorCreated,
  OperatorRotated,
  OperatorDeleted,
  AuthFailed,
  AuthDenied,
  RequestFailed,
  AuditSuppressed,
  AuditExported,
  LogRestored,
  SystemStarted,
  SystemStopped,
];

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
  imports: [
    ApiKeysModule,
    DatabaseModule,
    EventsModule,
    GrantsModule,
    MembersModule,
    OperatorsModule,
    RestoreModule,
    RevocationModule,
    VerificationModule,
    WorkspacesModule,
  ],
  providers: [
    Clock,
    InputChecker,
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
    { provide: KnownTargets, useClass: RecordedTargets },
    { provide: ResourceOwners, useExisting: ResourceDirectory },
    { provide: WorkspaceDirectory, useExisting: WorkspacesService },
    {
      provide: WORKSPACE_CONTENTS,
      useFactory: (...contents: WorkspaceContents[]) => contents,
      inject: [WorkspaceKeys, WorkspaceGrants],
    },
  ],
  exports: [
    Clock,
    DATA_SOURCE,
    InputChecker,
    LATCHKEY_OPTIONS,
    SecretScanner,
    Authority,
    CredentialVerifier,
    MembershipDirectory,
    OperatorDirectory,
    KnownTargets,
    ResourceOwners,
    WorkspaceDirectory,
    WORKSPACE_CONTENTS,
    DatabaseModule,
    EventsModule,
    RevocationModule,
  ],
})
class LatchkeyCoreModule extends ConfigurableModuleClass {}

const FEATURES = [
  AuthModule,
  ApiKeysModule,
  AuditModule,
  MembersModule,
  OperatorsModule,
  PermissionsModule,
  RolesModule,
  VerificationModule,
  WorkspacesModule,
];

/**
 * API keys, permissions and an audit trail, on the TypeORM data source of the application. Global: import it once, and
 * every module may use its guards, decorators and services.
 */
@Module({
  imports: FEATURES,
  exports: FEATURES,
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

function composed(
  core: DynamicModule,
  { routePrefix = 'latchkey', controllers = 'all' }: LatchkeySetup,
): DynamicModule {
  const names = controllers === 'all' ? LATCHKEY_CONTROLLERS : controllers === 'none' ? [] : controllers;
  return { module: LatchkeyModule, global: true, imports: [core, ...mounted(names, routePrefix)] };
}
