import { definePermissions } from 'latchkey';

export const permissions = definePermissions({
  'orders:view': 'See orders.',
  'orders:create': 'Take orders.',
  'orders:refund': 'Refund orders.',
});

export const { Protected, RequirePermissions } = permissions;
