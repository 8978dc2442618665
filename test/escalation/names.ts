/** The permissions that a workspace's applications may add in these tests. Two differ in the case of a letter only. */
export const APPLICATION = ['orders:refund', 'orders:Refund', 'stock_1:count'] as const;

/** Permissions of Latchkey itself that a key may carry. */
export const OWN = [
  'apikeys:create',
  'apikeys:view',
  'apikeys:update',
  'apikeys:delete',
  'apikeys:verify',
  'auditLogs:view',
  'auditLogs:export',
  'roles:view',
  'roles:manage',
  'members:view',
  'members:manage',
  'permissions:manage',
] as const;

/** Those of the operator alone. */
export const OPERATOR_ONLY = ['workspaces:view', 'workspaces:manage'] as const;

const UNKNOWN = 'nothing:whatever';

/**
 * Every permission that a grant can reach in these tests. Those called `later` stand for all that may be added to a
 * resource one day: whoever holds each action there is today still does not hold `resource:*`.
 */
export const EVERY: readonly string[] = [
  ...APPLICATION,
  ...OWN,
  ...OPERATOR_ONLY,
  UNKNOWN,
  ...['apikeys', 'auditLogs', 'roles', 'members', 'permissions', 'orders', 'stock_1', 'any'].map(
    (resource) => `${resource}:later`,
  ),
];

/** What commands try to grant: mostly what lets its holder do something here, and some that nobody may grant. */
export const GRANTS = {
  often: ['apikeys:*', 'apikeys:create', 'apikeys:update', 'members:manage', 'roles:manage', ...APPLICATION],
  sometimes: ['*', 'apikeys:view', 'apikeys:delete', 'permissions:manage', 'roles:*', 'orders:*', 'stock_1:*'],
  inVain: ['workspaces:manage', 'workspaces:*', 'apikeys:later', UNKNOWN],
} as const;

export const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  admin: ['*'],
  manager: ['apikeys:*'],
  auditor: ['apikeys:view', 'auditLogs:*'],
  viewer: ['apikeys:view'],
};

/** A role that there is from the start. */
export const SUPPORT = 'Support';

export const ROLE_NAMES = [SUPPORT, 'support', 'Operations'] as const;

export const SUBJECTS = ['ann', 'bob', 'cid'] as const;
