import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { isId } from 'latchkey/internal/kernel/ids';

/** Something that a trail says was deleted, removed or disabled. */
export interface Restriction {
  what: 'workspace' | 'apikey' | 'disabled apikey' | 'member' | 'operator';
  id: string;
  /** Null for operators. */
  workspaceId: string | null;
  /** The record that tells of it. */
  recordId: string;
  occurredDate: string;
}

/** What is deleted, removed or disabled at the end of a trail. */
export interface TrailRestrictions {
  restrictions: Restriction[];
  /** How many records there are of other changes that may restrict somebody, by action. They are left to people. */
  others: Record<string, number>;
  /** Every workspace that a record is of. */
  workspaceIds: ReadonlySet<string>;
}

interface Line {
  id: string;
  action: string;
  outcome: string;
  occurredDate: string;
  workspaceId: string | null;
  targets: { type: string; id: string }[];
}

const LONGEST_LINE = 1024 * 1024;

const TAKES: Readonly<Record<string, Restriction['what']>> = {
  'workspace.deleted': 'workspace',
  'apikey.deleted': 'apikey',
  'apikey.disabled': 'disabled apikey',
  'member.removed': 'member',
  'operator.deleted': 'operator',
};

/** What takes a restriction back. What was deleted does not come back. */
const GIVES_BACK: Readonly<Record<string, Restriction['what']>> = {
  'apikey.enabled': 'disabled apikey',
  'member.added': 'member',
};

const NARROWS = new Set([
  'apikey.updated',
  'apikey.orphaned',
  'member.updated',
  'role.updated',
  'role.deleted',
  'permission.deleted',
  'operator.rotated',
]);

const ORDER: readonly Restriction['what'][] = ['workspace', 'apikey', 'disabled apikey', 'member', 'operator'];

/**
 * Reads an exported trail: one record a line.
 *
 * @throws {Error} naming the line that is no record.
 */
export async function readRestrictions(path: string): Promise<TrailRestrictions> {
  const trail = new Trail();
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity });
  let number = 0;
  for await (const text of lines) {
    number += 1;
    if (text.trim() === '') continue;
    const record = parse(text);
    if (!record)
      throw new Error(`${path}: line ${number} is no record of a trail. Give what latchkey audit export wrote`);
    trail.add(record);
  }
  return trail.restrictions();
}

class Trail {
  private readonly latest = new Map<string, Restriction & { isTakenBack: boolean }>();
  private readonly others: Record<string, number> = {};
  private readonly workspaceIds = new Set<string>();

  add({ id: recordId, action, outcome, occurredDate, workspaceId, targets }: Line): void {
    if (workspaceId !== null) this.workspaceIds.add(workspaceId);
    if (outcome !== 'success') return;
    if (NARROWS.has(action)) this.count(action);
    const what = TAKES[action] ?? GIVES_BACK[action];
    const id = targets[0]?.id;
    if (!what || id === undefined) return;
    const key = JSON.stringify([what, workspaceId, id]);
    const before = this.latest.get(key);
    // Exports may be put together in any order.
    if (before && before.occurredDate > occurredDate) return;
    const isTakenBack = action in GIVES_BACK;
    // Added again, perhaps with less.
    if (what === 'member' && isTakenBack && before?.isTakenBack === false) this.count(action);
    this.latest.set(key, { what, id, workspaceId, recordId, occurredDate, isTakenBack });
  }

  /** What is gone with something else is left out. */
  restrictions(): TrailRestrictions {
    const found = [...this.latest.values()].filter(({ isTakenBack }) => !isTakenBack);
    const gone = new Set(found.filter(({ what }) => what === 'workspace').map(({ id }) => id));
    const deleted = new Set(found.filter(({ what }) => what === 'apikey').map(({ id }) => id));
    const restrictions = found
      .filter(({ what, workspaceId }) => what === 'workspace' || !gone.has(workspaceId ?? ''))
      .filter(({ what, id }) => what !== 'disabled apikey' || !deleted.has(id))
      .sort((a, b) => ORDER.indexOf(a.what) - ORDER.indexOf(b.what));
    return { restrictions, others: this.others, workspaceIds: this.workspaceIds };
  }

  private count(action: string): void {
    this.others[action] = (this.others[action] ?? 0) + 1;
  }
}

function isTarget(target: unknown): boolean {
  return typeof (target as { id?: unknown } | null)?.id === 'string';
}

function parse(text: string): Line | undefined {
  if (text.length > LONGEST_LINE) return undefined;
  try {
    const record = JSON.parse(text) as Partial<Record<keyof Line, unknown>> | null;
    const { id, action, outcome, occurredDate, workspaceId, targets } = record ?? {};
    const areTexts = [action, outcome, occurredDate].every((value) => typeof value === 'string');
    const isPlaced = workspaceId === null || isId(workspaceId);
    const haveTargets = Array.isArray(targets) && targets.every(isTarget);
    return isId(id) && areTexts && isPlaced && haveTargets ? (record as Line) : undefined;
  } catch {
    return undefined;
  }
}
