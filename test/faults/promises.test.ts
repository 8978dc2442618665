import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startChildService, type ChildService } from '../support/child-service.js';
import { startInstance, startService, type RunningService } from '../support/service.js';
import { numberFrom } from './environment.js';
import { freezeInChange, LONGEST_CHANGE_MS, NOT_HELD_UP } from './promises/frozen-change.js';
import { deleteWhatWasTaken } from './promises/killed-narrowing.js';
import { deleteSelfMakingKey } from './promises/self-making-key.js';
import { ALL_CONFIRMED_LATER, deleteWithoutTheList } from './promises/unseen-instances.js';

const ROUNDS = numberFrom('FAULT_ROUNDS', 100);
/** The default, and longer than the look for other instances goes on after a commit. */
const LEASES_MS = [2000, 20_000];
const FAIR = 3;
const LONGEST_MS = 20 * 60_000;

describe.each(LEASES_MS)('two instances on one PostgreSQL, with leases of %i ms', (leaseMs) => {
  let here: RunningService;
  let there: RunningService;

  beforeAll(async () => {
    here = await startService('postgres', { LATCHKEY_LEASE_MS: String(leaseMs) });
    there = await startInstance(here, { LATCHKEY_LEASE_MS: String(leaseMs) });
  });

  afterAll(async () => {
    await there.stop();
    await here.stop();
  });

  it(
    'a key that makes keys all the time does not keep itself alive',
    async () => {
      let slowest = 0;
      for (let round = 0; round < ROUNDS; round += 10) {
        const { made, deletionMs, slowestCreationMs, after } = await deleteSelfMakingKey([here, there]);
        expect(made).toBeGreaterThan(0);
        expect([...after]).toEqual([401]);
        // It stands in line with them, and is not overtaken. How long that takes is the machine’s.
        expect(deletionMs).toBeLessThan(FAIR * slowestCreationMs);
        slowest = Math.max(slowest, deletionMs);
      }
      process.stdout.write(`a key that makes keys: the slowest deletion took ${Math.round(slowest)} ms\n`);
    },
    LONGEST_MS,
  );

  it.each(['role', 'permission'] as const)(
    'the deletion of a %s settles what an instance took from a key that was killed since',
    async (what) => {
      for (let round = 0; round < ROUNDS; round += 1) expect(await deleteWhatWasTaken(what, here, there)).toBe(false);
    },
    LONGEST_MS,
  );

  it(
    'a deletion is not acknowledged by an instance, or a command line, that cannot see which others there are',
    async () => {
      for (let round = 0; round < 3; round += 1) {
        expect(await deleteWithoutTheList(here, leaseMs)).toEqual(ALL_CONFIRMED_LATER);
      }
    },
    LONGEST_MS,
  );
});

describe('an instance that is frozen in a change', () => {
  const services: ChildService[] = [];

  afterAll(() => Promise.all(services.reverse().map((service) => service.dispose())));

  it(
    'holds the change up no longer than its session may stand still, and accepts nothing when it goes on',
    async () => {
      const first = await startChildService('postgres');
      services.push(first);
      const variables = { LATCHKEY_OPERATOR_KEY: first.operatorKey };
      services.push(await startChildService('postgres', variables, first.store));
      const { deletionMs, ...answers } = await freezeInChange(first, services[1]!);
      process.stdout.write(`an instance frozen in a deletion: the other’s took ${Math.round(deletionMs)} ms\n`);
      expect(answers).toEqual(NOT_HELD_UP);
      expect(deletionMs).toBeLessThan(LONGEST_CHANGE_MS);
    },
    LONGEST_MS,
  );
});
