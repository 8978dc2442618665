import { eventually } from '../../support/eventually.js';
import { createWorkspace, uniqueName, type RunningService } from '../../support/service.js';

const AT_ONCE = 15;

export interface SelfMakingKey {
  /** How many keys it had made by the answer of its deletion. */
  made: number;
  deletionMs: number;
  /** The longest that a creation took: it waits for as many others. */
  slowestCreationMs: number;
  /** Statuses that its uses had that began after that answer. */
  after: Set<number>;
}

/** A key with roles makes keys on every instance, many at once, while it is deleted. */
export async function deleteSelfMakingKey(instances: readonly RunningService[]): Promise<SelfMakingKey> {
  const [first] = instances;
  if (!first) throw new Error('There must be an instance.');
  const { operator } = await createWorkspace(first);
  const role = { name: uniqueName('Maker'), permissions: ['apikeys:create', 'roles:view'] };
  const { id: roleId } = (await operator.post('/role', role).expect(201)).body;
  const maker = (await operator.post('/apikey', { keyName: 'Maker', roles: [roleId] }).expect(201)).body;
  let isOver = false;
  let isDeleted = false;
  let made = 0;
  let slowestCreationMs = 0;
  const after = new Set<number>();
  const make = async ({ anonymous }: RunningService): Promise<void> => {
    while (!isOver) {
      const beganAfter = isDeleted;
      const body = { keyName: uniqueName('Made'), roles: [roleId] };
      const beginning = performance.now();
      const { status } = await anonymous.as(maker.apiKey).post('/apikey', body);
      if (beganAfter) after.add(status);
      if (beganAfter || status !== 201) continue;
      made += 1;
      slowestCreationMs = Math.max(slowestCreationMs, performance.now() - beginning);
    }
  };
  const making = instances.flatMap((instance) => Array.from({ length: AT_ONCE }, () => make(instance)));
  try {
    await eventually('as many keys are made as are made at once', () => made >= making.length || undefined);

    const beginning = performance.now();
    await operator.delete(`/apikey/${maker.id}`).expect(200);
    const deletionMs = performance.now() - beginning;
    isDeleted = true;

    for (const { anonymous } of instances) after.add((await anonymous.as(maker.apiKey).get('/me')).status);
    return { made, deletionMs, slowestCreationMs, after };
  } finally {
    isOver = true;
    await Promise.all(making);
  }
}
