/** One permission of Latchkey's own routes. */
export interface Permission {
  name: string;
  description: string;
  /** Whether a key may carry it. One that is not grantable belongs to the operator alone. */
  grantable: boolean;
}

/** Every permission that a route of ours asks for. */
export const PERMISSIONS = [
  { name: 'apikeys:create', description: 'Create API keys, with no more permissions than one’s own.', grantable: true },
  { name: 'apikeys:view', description: 'List and read API keys; never their secrets.', grantable: true },
  {
    name: 'apikeys:update',
    description: 'Change API keys: names, permissions, limits; enable and disable.',
    grantable: true,
  },
  { name: 'apikeys:delete', description: 'Delete API keys, for good.', grantable: true },
  { name: 'apikeys:verify', description: 'Ask whether an API key of the workspace is acceptable.', grantable: true },
  { name: 'auditLogs:view', description: 'Read the audit trail of the workspace.', grantable: true },
  { name: 'auditLogs:export', description: 'Export the audit trail of the workspace.', grantable: true },
  { name: 'roles:view', description: 'List and read roles.', grantable: true },
  { name: 'roles:manage', description: 'Create, change and delete roles.', grantable: true },
  { name: 'members:view', description: 'List and read members.', grantable: true },
  { name: 'members:manage', description: 'Add members, change their roles, remove them.', grantable: true },
  {
    name: 'permissions:manage',
    description: 'Add and remove permissions of the workspace’s own applications.',
    grantable: true,
  },
  { name: 'workspaces:view', description: 'List and read workspaces.', grantable: false },
  { name: 'workspaces:manage', description: 'Create, rename and delete workspaces.', grantable: false },
] as const satisfies readonly Permission[];

export type PermissionName = (typeof PERMISSIONS)[number]['name'];
