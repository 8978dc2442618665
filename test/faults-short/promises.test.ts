import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freezeInChange, LONGEST_CHANGE_MS, NOT_HELD_UP } from '../faults/promises/frozen-change.js';
import { deleteWhatWasTaken } from '../faults/promises/killed-narrowing.js';
import { deleteSelfMakingKey } from '../faults/promises/self-making-key.js';
import { ALL_CONFIRMED_LATER, deleteWithoutTheList } from '../faults/promises/unseen-instances.js';
import { startChildService, type ChildService } from '../support/child-service.js';
import { startInstance, startService, type RunningService } from '../support/service.js';

/** Longer than the look for other instances goes on after a commit. */
const LONG_LEASE_MS = 20_000;

describe('two instances on one PostgreSQL', () => {
  let here: RunningService;
  let there: RunningService;

  beforeAll(async () => {
    here = await startService('postgres', { LATCHKEY_LEASE_MS: String(LONG_LEASE_MS) });
    there = await startInstance(here, { LATCHKEY_LEASE_MS: String(LONG_LEASE_MS) });
  });

  afterAll(async () => {
    await there.stop();
    await here.stop();
  });

  it('a key that makes keys all the time does not keep itself alive', async () => {
    const { made, after } = await deleteSelfMakingKey([here, there]);
    expect(made).toBeGreaterThan(0);
    expect([...after]).toEqual([401]);
  });

  it.each(['role', 'permission'] as const)(
    'the deletion of a %s settles what an instance took from a key that was killed since',
    async (what) => {
      expect(await deleteWhatWasTaken(what, here, there)).toBe(false);
    },
  );

  it('a deletion is not acknowledged by an instance, or a command line, that cannot see which others there are', async () => {
    expect(await deleteWithoutTheList(here, LONG_LEASE_MS)).toEqual(ALL_CONFIRMED_LATER);
  });
});

describe('an instance that is frozen in a change', () => {
  const services: ChildService[] = [];

  afterAll(() => Promise.all(services.reverse().map((service) => service.dispose())));

  it('holds the change up no longer than its session may stand still, and accepts nothing when it goes on', async () => {
    const first = await startChildService('postgres');
    services.push(first);
    const variables = { LATCHKEY_OPERATOR_KEY: first.operatorKey };
    services.push(await startChildService('postgres', variables, first.store));
    const { deletionMs, ...answers } = await freezeInChange(first, services[1]!);
    expect(answers).toEqual(NOT_HELD_UP);
    expect(deletionMs).toBeLessThan(LONGEST_CHANGE_MS);
  });
});
