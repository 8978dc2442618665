import type { ChildService } from '../../support/child-service.js';
import { eventually } from '../../support/eventually.js';
import { withSql } from '../../support/sql.js';
import { holdLock } from '../../support/write-lock.js';

export interface FrozenChange {
  /** How long the same deletion took on the other instance. */
  deletionMs: number;
  /** What was answered there meanwhile: a change of another workspace, the first use of a key of this one, and readiness. */
  meanwhile: number[];
  /** What the key was answered there after that. */
  after: number;
  /** What the frozen instance answered when it went on, and what the key was answered there. */
  thawed: { deletion: number; key: number };
}

/** A change answers within this, whatever others do. */
export const LONGEST_CHANGE_MS = 10_000;

/** What is answered if the frozen instance holds up nobody for long, and accepts nothing when it goes on. */
export const NOT_HELD_UP: Omit<FrozenChange, 'deletionMs'> = {
  meanwhile: [201, 200, 200],
  after: 401,
  thawed: { deletion: 503, key: 401 },
};

/** An instance is stopped in the middle of the deletion of a key; another is asked for the same. */
export async function freezeInChange(frozen: ChildService, other: ChildService): Promise<FrozenChange> {
  const workspaceNamed = async (name: string) =>
    (await frozen.operator.post('/workspace', { name }).expect(201)).body.id;
  const [workspace, elsewhere] = [await workspaceNamed('Frozen'), await workspaceNamed('Elsewhere')];
  const keyNamed = (keyName: string) => ({ keyName, permissions: ['apikeys:view'] });
  const key = (await frozen.operator.in(workspace).post('/apikey', keyNamed('Key')).expect(201)).body;
  const unused = (await frozen.operator.in(workspace).post('/apikey', keyNamed('Unused')).expect(201)).body;
  for (const { anonymous } of [frozen, other]) await anonymous.as(key.apiKey).get('/me').expect(200);
  const release = await holdLock(frozen.store, `SELECT 1 FROM latchkey_api_keys WHERE id = '${key.id}' FOR UPDATE`);
  const deleting = frozen.operator.in(workspace).delete(`/apikey/${key.id}`);
  await eventually('the deletion waits', async () => {
    const waiting = `SELECT 1 FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%latchkey_api_keys%'`;
    return (await withSql(frozen.store, (query) => query(waiting))).length > 0 || undefined;
  });
  frozen.child.signal('SIGSTOP');
  // Its session now has the row, and nobody to go on.
  await release();

  const beginning = performance.now();
  const deletion = other.operator.in(workspace).delete(`/apikey/${key.id}`).expect(200);
  const meanwhile = await Promise.all([
    other.operator.in(elsewhere).post('/apikey', keyNamed('Key')),
    other.anonymous.as(unused.apiKey).get('/me'),
    other.anonymous.get('//health/ready'),
  ]);
  await deletion;
  const deletionMs = performance.now() - beginning;
  const after = (await other.anonymous.as(key.apiKey).get('/me')).status;

  frozen.child.signal('SIGCONT');
  const thawed = { key: (await frozen.anonymous.as(key.apiKey).get('/me')).status, deletion: (await deleting).status };
  return { deletionMs, meanwhile: meanwhile.map(({ status }) => status), after, thawed };
}
