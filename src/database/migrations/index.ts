import { InitialSchema1767225600000 } from './1767225600000-initial-schema.js';
import { RolesAndMembers1767312000000 } from './1767312000000-roles-and-members.js';
import { InstancesAndRateLimits1767398400000 } from './1767398400000-instances-and-rate-limits.js';
import { Revocations1767484800000 } from './1767484800000-revocations.js';
import { Usage1767571200000 } from './1767571200000-usage.js';

/** Every migration, oldest first, for the `migrations` of a data source. */
export const LATCHKEY_MIGRATIONS = [
  InitialSchema1767225600000,
  RolesAndMembers1767312000000,
  InstancesAndRateLimits1767398400000,
  Revocations1767484800000,
  Usage1767571200000,
] as const;
