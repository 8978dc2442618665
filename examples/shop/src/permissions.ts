import { definePermissions } from 'latchkey';

/** What keys of the shop may carry. `@Protected` accepts these names and no others. */
export const permissions = definePermissions({
  'orders:view': 'See orders.',
  'orders:create': 'Take orders.',
  'orders:refund': 'Give the money for an order back.',
});

export const { Protected } = permissions;
