import { apiKeysFeature } from './api-keys/api-keys.feature.js';
import { auditFeature } from './audit/audit.feature.js';
import { authFeature } from './auth/auth.feature.js';
import type { Feature } from './events/feature.js';
import { grantsFeature } from './grants/grants.feature.js';
import { membersFeature } from './members/members.feature.js';
import { operatorsFeature } from './operators/operators.feature.js';
import { permissionsFeature } from './permissions/permissions.feature.js';
import { rateLimitsFeature } from './rate-limits/rate-limits.feature.js';
import { restoreFeature } from './restore/restore.feature.js';
import { revocationFeature } from './revocation/revocation.feature.js';
import { rolesFeature } from './roles/roles.feature.js';
import { usageFeature } from './usage/usage.feature.js';
import { verificationFeature } from './verification/verification.feature.js';
import { workspacesFeature } from './workspaces/workspaces.feature.js';

const ALL = [
  workspacesFeature,
  apiKeysFeature,
  usageFeature,
  verificationFeature,
  rolesFeature,
  membersFeature,
  auditFeature,
  permissionsFeature,
  authFeature,
  grantsFeature,
  rateLimitsFeature,
  operatorsFeature,
  revocationFeature,
  restoreFeature,
] as const satisfies readonly Feature[];

/**
 * The features of Latchkey. The OpenAPI document lists their routes in this order, and the contents of a deleted workspace
 * are removed in this order.
 */
export const FEATURES: readonly Feature[] = ALL;

/** One of them, as exactly as its manifest says it: for types. */
export type ListedFeature = (typeof ALL)[number];
