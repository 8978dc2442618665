/** A role that every workspace has, and nobody can change. Its name is its id. */
export interface BuiltInRole {
  name: string;
  description: string;
  permissions: readonly string[];
}

export const ADMIN = 'admin';

export const BUILT_IN_ROLES = [
  { name: ADMIN, description: 'Everything in the workspace.', permissions: ['*'] },
  { name: 'manager', description: 'API keys.', permissions: ['apikeys:*'] },
  {
    name: 'auditor',
    description: 'Views API keys, reads and exports the audit trail.',
    permissions: ['apikeys:view', 'auditLogs:*'],
  },
  { name: 'viewer', description: 'Views API keys.', permissions: ['apikeys:view'] },
] as const satisfies readonly BuiltInRole[];

export function builtInRole(name: string): BuiltInRole | undefined {
  return BUILT_IN_ROLES.find((role) => role.name === name);
}
