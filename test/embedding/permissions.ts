import { definePermissions } from '../../src/index.js';

export const permissions = definePermissions({
  'orders:view': 'See orders.',
  'orders:refund': 'Refund orders.',
  'reports:export': 'Export reports.',
});

export const { Protected, RequirePermissions, RequireAnyPermission } = permissions;
