import type { Work } from '../events/work.js';
import { QuotaExceededError } from './errors.js';

interface Bounds {
  /** The limit unless operators set another. */
  default: number;
  /** The most that operators may set. */
  max: number;
}

/** What a workspace may have, of each kind. */
export const COUNTED = {
  keys: { default: 100_000, max: 1_000_000 },
  roles: { default: 500, max: 5000 },
  members: { default: 100_000, max: 1_000_000 },
  permissions: { default: 1000, max: 5000 },
} as const satisfies Record<string, Bounds>;

/** What one key or member, and of permissions one role, of a workspace may have. */
export const PER_HOLDER = {
  rolesPerHolder: { default: 20, max: 20 },
  permissionsPerHolder: { default: 200, max: 200 },
} as const satisfies Record<string, Bounds>;

export type CountedQuota = keyof typeof COUNTED;
export type QuotaName = CountedQuota | keyof typeof PER_HOLDER;

const DEFAULTS: Record<QuotaName, Bounds> = { ...COUNTED, ...PER_HOLDER };
const NAMES = Object.keys(DEFAULTS) as QuotaName[];

export type Limits = Record<QuotaName, number>;

/** The limits of a workspace, and how much of them it uses. */
export type Quotas = Record<CountedQuota, { limit: number; used: number }> &
  Record<keyof typeof PER_HOLDER, { limit: number }>;

/** Where the store has row locks, what is counted is spread over so many rows. The first has the limit. */
const SLOTS = 64;
// No more than so many commands are about to be committed at the same time.
const MARGIN = 400;

const USED = `(SELECT COALESCE(SUM(used), 0) FROM latchkey_workspace_quotas WHERE workspace_id = $1 AND name = $2)`;
const ALLOWED = `(SELECT allowed FROM latchkey_workspace_quotas WHERE workspace_id = $1 AND name = $2 AND slot = 0)`;

type Statements = Pick<Work, 'query'>;

interface Row {
  workspaceId: string;
  name: QuotaName;
  used: number;
  allowed: number | null;
}

/**
 * Counts one more of a kind. To be called late in a command: near the limit, all others of the kind wait from here to the
 * commit.
 *
 * @throws {QuotaExceededError} if the workspace has as many as it may.
 */
export async function countIn(work: Work, workspaceId: string, name: CountedQuota): Promise<void> {
  const counted = await work.query(
    `INSERT INTO latchkey_workspace_quotas AS quota (workspace_id, name, slot, used)
     SELECT CAST($1 AS varchar), CAST($2 AS varchar), ${slotFor(work)}, 1 WHERE ${USED} < COALESCE(${ALLOWED}, $3) - $4
     ON CONFLICT (workspace_id, name, slot) DO UPDATE SET used = quota.used + 1 RETURNING used`,
    [workspaceId, name, DEFAULTS[name].default, work.lock ? MARGIN : 0],
  );
  if (counted.length > 0 || (work.lock && (await countInExactly(work, workspaceId, name)))) return;
  const { [name]: quota } = await quotasOf(work, workspaceId);
  throw new QuotaExceededError(
    `The workspace has ${quota.used} ${NOUNS[name]}, and its quota ${name} allows ${quota.limit}. Delete some that are not ` +
      `needed, or have an operator raise the quota by PATCH /workspace/${workspaceId}.`,
  );
}

/** @returns false if the workspace has as many as it may. */
async function countInExactly(work: Work, workspaceId: string, name: CountedQuota): Promise<boolean> {
  const ofKind = [workspaceId, name];
  await work.query(
    `INSERT INTO latchkey_workspace_quotas (workspace_id, name, slot, used) VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING`,
    ofKind,
  );
  const slots = await work.query<Row>(
    `SELECT used, allowed FROM latchkey_workspace_quotas WHERE workspace_id = $1 AND name = $2 ORDER BY slot FOR UPDATE`,
    ofKind,
  );
  const used = slots.reduce((sum, slot) => sum + slot.used, 0);
  if (used >= (slots[0]?.allowed ?? DEFAULTS[name].default)) return false;
  await work.query(
    'UPDATE latchkey_workspace_quotas SET used = used + 1 WHERE workspace_id = $1 AND name = $2 AND slot = 0',
    ofKind,
  );
  return true;
}

/** Counts out what was deleted. */
export async function countOut(work: Work, workspaceId: string, name: CountedQuota, count = 1): Promise<void> {
  if (count === 0) return;
  await work.writeLast(
    `INSERT INTO latchkey_workspace_quotas AS quota (workspace_id, name, slot, used) VALUES ($1, $2, ${slotFor(work)}, $3)
     ON CONFLICT (workspace_id, name, slot) DO UPDATE SET used = quota.used + excluded.used`,
    [workspaceId, name, -count],
  );
}

/** SQL of the row of this session, so that commands of a workspace seldom wait for each other’s commit. */
function slotFor(work: Work): string {
  return work.lock ? `pg_backend_pid() % ${SLOTS}` : '0';
}

/** @throws {QuotaExceededError} if a key, member or role may not have so many. */
export async function assertMayHold(
  work: Work,
  workspaceId: string,
  { roles = [], permissions = [] }: { roles?: readonly unknown[]; permissions?: readonly unknown[] },
): Promise<void> {
  const quotas = await quotasOf(work, workspaceId);
  const held = { rolesPerHolder: roles.length, permissionsPerHolder: permissions.length };
  for (const name of Object.keys(PER_HOLDER) as (keyof typeof PER_HOLDER)[]) {
    const { limit } = quotas[name];
    if (held[name] <= limit) continue;
    throw new QuotaExceededError(
      `${held[name]} ${NOUNS[name]} are given, and the quota ${name} of the workspace allows ${limit}. Give fewer, or have an ` +
        `operator raise the quota by PATCH /workspace/${workspaceId}.`,
    );
  }
}

export async function quotasOf(statements: Statements, workspaceId: string): Promise<Quotas> {
  return (await quotasOfMany(statements, [workspaceId]))(workspaceId);
}

/** @returns tells the quotas of each of the workspaces by its id. */
export async function quotasOfMany(
  statements: Statements,
  workspaceIds: readonly string[],
): Promise<(workspaceId: string) => Quotas> {
  if (workspaceIds.length === 0) return () => toQuotas([]);
  const rows = await statements.query<Row>(
    `SELECT workspace_id AS "workspaceId", name, CAST(SUM(used) AS integer) AS used, MAX(allowed) AS allowed
     FROM latchkey_workspace_quotas
     WHERE workspace_id IN (${workspaceIds.map((_, at) => `$${at + 1}`).join(', ')}) GROUP BY workspace_id, name`,
    [...workspaceIds],
  );
  return (workspaceId) => toQuotas(rows.filter((row) => row.workspaceId === workspaceId));
}

/** Of a workspace that nothing is in yet. */
export function initialQuotas(): Quotas {
  return toQuotas([]);
}

export function limitsOf(quotas: Quotas): Limits {
  return Object.fromEntries(NAMES.map((name) => [name, quotas[name].limit])) as Limits;
}

/** Those that are not named stay. */
export function limitsAfter(before: Limits, named: Partial<Limits>): Limits {
  return Object.fromEntries(NAMES.map((name) => [name, named[name] ?? before[name]])) as Limits;
}

/** Sets limits; what is there already stays, also if it is more. */
export async function setLimits(work: Work, workspaceId: string, limits: Partial<Limits>): Promise<void> {
  for (const name of NAMES) {
    const limit = limits[name];
    if (limit === undefined) continue;
    await work.query(
      `INSERT INTO latchkey_workspace_quotas (workspace_id, name, slot, used, allowed) VALUES ($1, $2, 0, 0, $3)
       ON CONFLICT (workspace_id, name, slot) DO UPDATE SET allowed = excluded.allowed`,
      [workspaceId, name, limit],
    );
  }
}

const NOUNS: Record<QuotaName, string> = {
  keys: 'keys',
  roles: 'roles of its own',
  members: 'members',
  permissions: 'application permissions',
  rolesPerHolder: 'roles',
  permissionsPerHolder: 'permissions',
};

function toQuotas(rows: readonly Row[]): Quotas {
  const quotas = NAMES.map((name) => {
    const row = rows.find((each) => each.name === name);
    const limit = row?.allowed ?? DEFAULTS[name].default;
    return [name, name in COUNTED ? { limit, used: Math.max(0, row?.used ?? 0) } : { limit }];
  });
  return Object.fromEntries(quotas) as Quotas;
}
