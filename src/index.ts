export { ApiKeysService } from './api-keys/api-keys.service.js';
export type { ApiKeyView, CreatedApiKey } from './api-keys/api-keys.service.js';
export { AuditService } from './audit/audit.service.js';
export type { AuditPage } from './audit/audit.service.js';
export type { AuditRecord } from './audit/records/audit-record.js';
export type { HostAction, HostChange, HostTarget } from './audit/host-event.js';
export { CurrentPrincipal, Public } from './authorization/access.decorators.js';
export type { AccessOptions, WorkspaceScope } from './identity/access.js';
export { AuthenticationGuard as ApiKeyGuard } from './authentication/authentication.guard.js';
export {
  definePermissions,
  Protected,
  RequireAnyPermission,
  RequirePermissions,
} from './authorization/define-permissions.js';
export type { DefinedPermissions } from './authorization/define-permissions.js';
export { AnyCaller } from './authorization/host-access.decorators.js';
export { PermissionGuard } from './authorization/permission.guard.js';
export type { Permission, PermissionName } from './identity/permission-catalogue.js';
export { PermissionSet } from './identity/permission-set.js';
export { Principal } from './identity/principal.js';
export type { HostUser, PrincipalResolver } from './identity/principal-resolver.js';
export type { ErrorKind } from './kernel/error-kind.js';
export type { FieldFault } from './kernel/latchkey-error.js';
export type { HttpRequest } from './http/request.js';
export { WsErrorFilter } from './http/ws-error.filter.js';
export { LATCHKEY_ENTITIES, latchkeyEntities } from './latchkey.entities.js';
export type { LatchkeyEntitiesOptions } from './latchkey.entities.js';
export { LATCHKEY_MIGRATIONS } from './database/migrations/index.js';
export type { Actor, ActorType } from './events/actor.js';
export type { Change, DomainEvent, Outcome, Target } from './events/domain-event.js';
export { LatchkeyError } from './latchkey.errors.js';
export type { ErrorCode } from './latchkey.errors.js';
export { LatchkeyModule } from './latchkey.module.js';
export type { LatchkeyModuleAsyncOptions } from './latchkey.module.js';
export type {
  IdentityProviderOptions,
  LatchkeyController,
  LatchkeyModuleOptions,
  LatchkeyOptionsFactory,
} from './latchkey.options.js';
export { isLatchkeyRoute } from './latchkey.routes.js';
export { MembersService } from './members/members.service.js';
export { OperatorsService } from './operators/operators.service.js';
export type { CreatedOperator, OperatorView } from './operators/operators.service.js';
export { PermissionsService } from './permissions/permissions.service.js';
export { RolesService } from './roles/roles.service.js';
export { UsageService } from './usage/usage.service.js';
export type { ReportedClient, UsageReport } from './usage/usage.service.js';
export { KeyVerifier } from './verification/key-verifier.js';
export type { VerificationRefusal, VerificationResult, VerificationStatistics } from './verification/key-verifier.js';
export type { VerificationRequest } from './verification/verification-request.js';
export { WorkspacesService } from './workspaces/workspaces.service.js';
