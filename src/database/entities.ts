import { ApiKey } from '../api-keys/api-key.entity.js';
import { ApiKeyWord } from '../api-keys/api-key-word.entity.js';
import { DeletedKey } from '../api-keys/deleted-key.entity.js';
import { IdempotencyKey } from '../api-keys/idempotency-key.entity.js';
import { AuditEvent } from '../audit/audit-event.entity.js';
import { AuditFurtherTarget } from '../audit/audit-further-target.entity.js';
import { AuditPii } from '../audit/audit-pii.entity.js';
import { RateLimitUse } from '../rate-limits/rate-limit-use.entity.js';
import { Member } from '../members/member.entity.js';
import { Operator } from '../operators/operator.entity.js';
import { ApplicationPermission } from '../permissions/application-permission.entity.js';
import { LoggedRevocation } from '../revocation/logged-revocation.entity.js';
import { Instance } from '../revocation/instance.entity.js';
import { RoleAssignment } from '../roles/role-assignment.entity.js';
import { DatabaseIdentity } from '../restore/database-identity.entity.js';
import { Role } from '../roles/role.entity.js';
import { WorkspaceDeletion } from '../workspaces/workspace-deletion.entity.js';
import { WorkspaceQuota } from '../workspaces/workspace-quota.entity.js';
import { Workspace } from '../workspaces/workspace.entity.js';

/** Every entity, for the `entities` of a data source. */
export const LATCHKEY_ENTITIES = [
  Workspace,
  WorkspaceQuota,
  WorkspaceDeletion,
  Role,
  RoleAssignment,
  Member,
  ApplicationPermission,
  ApiKey,
  ApiKeyWord,
  DeletedKey,
  IdempotencyKey,
  Operator,
  Instance,
  LoggedRevocation,
  RateLimitUse,
  DatabaseIdentity,
  AuditEvent,
  AuditFurtherTarget,
  AuditPii,
] as const;
