import { Global, Module, type DynamicModule, type OnApplicationBootstrap } from '@nestjs/common';
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import { ApiKeyCreated, ApiKeyDeleted, ApiKeyDisabled, ApiKeyEnabled, ApiKeyUpdated } from './api-keys/events.js';
import { WorkspaceKeys } from './api-keys/workspace-keys.js';
import { AuditModule } from './audit/audit.module.js';
import { AuditExported } from './audit/events.js';
import { AuthModule } from './auth/auth.module.js';
import { AuditSuppressed, AuthDenied, AuthFailed, RequestFailed } from './auth/events.js';
import { MeModule } from './auth/me.module.js';
import { Authority, CredentialVerifier, MembershipDirectory, WorkspaceDirectory } from './auth/ports.js';
import { Clock } from './common/clock.js';
import { isKeyPrefix } from './common/key-format.js';
import { SecretScanner } from './common/secret-scanner.js';
import { DatabaseModule } from './database/database.module.js';
import type { DomainEventClass } from './events/domain-event.js';
import { EventHandlers } from './events/event-handlers.js';
import { EventsModule } from './events/events.module.js';
import { SystemStarted, SystemStopped } from './events/system-events.js';
import { GrantsModule } from './grants/grants.module.js';
import { GrantsService } from './grants/grants.service.js';
import { WorkspaceGrants } from './grants/workspace-grants.js';
import { isLeaseMs, LATCHKEY_OPTIONS, type LatchkeyOptions } from './latchkey.options.js';
import { MemberAdded, MemberRemoved, MemberUpdated } from './members/events.js';
import { MembersModule } from './members/members.module.js';
import { MembersService } from './members/members.service.js';
import { PermissionCreated, PermissionDeleted } from './permissions/events.js';
import { PermissionsModule } from './permissions/permissions.module.js';
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
  AuthFailed,
  AuthDenied,
  RequestFailed,
  AuditSuppressed,
  AuditExported,
  SystemStarted,
  SystemStopped,
];

/** What every feature stands on. Global, so that the features need not pass it on; its tokens are ours alone. */
@Global()
@Module({})
class LatchkeyCoreModule {
  static forRoot(options: LatchkeyOptions): DynamicModule {
    return {
      module: LatchkeyCoreModule,
      imports: [
        DatabaseModule,
        EventsModule,
        ApiKeysModule,
        GrantsModule,
        MembersModule,
        RevocationModule,
        VerificationModule,
        WorkspacesModule,
      ],
      providers: [
        Clock,
        { provide: LATCHKEY_OPTIONS, useValue: options },
        {
          provide: SecretScanner,
          useFactory: () => new SecretScanner(options.operatorKey ? [options.operatorKey] : []),
        },
        { provide: CredentialVerifier, useExisting: KeyVerifier },
        { provide: Authority, useExisting: GrantsService },
        { provide: MembershipDirectory, useExisting: MembersService },
        { provide: WorkspaceDirectory, useExisting: WorkspacesService },
        {
          provide: WORKSPACE_CONTENTS,
          useFactory: (...contents: WorkspaceContents[]) => contents,
          inject: [WorkspaceKeys, WorkspaceGrants],
        },
      ],
      exports: [
        Clock,
        LATCHKEY_OPTIONS,
        SecretScanner,
        Authority,
        CredentialVerifier,
        MembershipDirectory,
        WorkspaceDirectory,
        WORKSPACE_CONTENTS,
        DatabaseModule,
        EventsModule,
        RevocationModule,
      ],
    };
  }
}

/** API keys, permissions and an audit trail, on the default TypeORM data source of the application. */
@Module({
  imports: [
    AuthModule,
    ApiKeysModule,
    AuditModule,
    MeModule,
    MembersModule,
    PermissionsModule,
    RolesModule,
    VerificationModule,
    WorkspacesModule,
  ],
  exports: [VerificationModule],
})
export class LatchkeyModule implements OnApplicationBootstrap {
  constructor(private readonly handlers: EventHandlers) {}

  /** @throws {Error} if an option is out of range; the message names it. */
  static forRoot(options: Partial<LatchkeyOptions> = {}): DynamicModule {
    return { module: LatchkeyModule, imports: [LatchkeyCoreModule.forRoot(checked(options))] };
  }

  onApplicationBootstrap(): void {
    this.handlers.assertComplete(EVENT_CATALOGUE);
  }
}

const SHORTEST_OPERATOR_KEY = 32;

function checked(options: Partial<LatchkeyOptions>): LatchkeyOptions {
  const { keyPrefix = 'lk', cacheSize = 100_000, leaseMs = 2000, ...rest } = options;
  if (!isKeyPrefix(keyPrefix)) throw new Error('keyPrefix must be a letter, then up to 15 letters or digits.');
  if (rest.operatorKey !== undefined && rest.operatorKey.length < SHORTEST_OPERATOR_KEY) {
    throw new Error(`operatorKey must have at least ${SHORTEST_OPERATOR_KEY} characters.`);
  }
  if (!Number.isSafeInteger(cacheSize) || cacheSize < 0) throw new Error('cacheSize must be a number of keys, or 0.');
  if (!isLeaseMs(leaseMs)) throw new Error('leaseMs must be a number of milliseconds from 100 to 60000.');
  return { ...rest, keyPrefix, cacheSize, leaseMs };
}
