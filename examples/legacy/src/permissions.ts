import { definePermissions } from 'latchkey';

export const permissions = definePermissions({
  'invoices:view': 'See invoices.',
  'invoices:cancel': 'Cancel invoices.',
});

export const { Protected, RequirePermissions } = permissions;
