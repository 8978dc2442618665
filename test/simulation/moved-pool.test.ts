import { describe, expect, it } from '@jest/globals';
import { generateKey, hashKey } from '../../src/kernel/keys/key-format.js';
import { silenceLogs } from './silence-logs.js';
import { SimulatedDatabase } from './simulated-database.js';
import { SimulatedInstance } from './simulated-instance.js';
import { World } from './world.js';

const LEASE_MS = 1000;
/** For a new session to be opened, but not for a notification that never comes to be given up. */
const SOON_MS = 500;

describe('An instance whose pool leads to a copy, and whose session broke', () => {
  it.each([1, 2, 3, 4, 5])('accepts nothing once it has another session, in world %d', async (seed) => {
    silenceLogs();
    const world = new World(seed);
    const database = new SimulatedDatabase();
    const secret = generateKey('lk');
    const hash = hashKey(secret);
    database.keys.set(hash, { id: '0199f3a2-5c1e-7d3a-9b1e-000000000001', hash, isDeleted: false });
    const instance = new SimulatedInstance(world, database, LEASE_MS, LEASE_MS);
    const outcome = async (): Promise<unknown> => {
      let told: unknown;
      instance.machine.run(() => {
        const asked = Promise.resolve(instance.verifier.verify(secret));
        asked.then(
          ({ valid }) => (told = valid),
          (error: unknown) => (told = (error as { code?: string }).code),
        );
      });
      await world.run(world.now + SOON_MS);
      return told;
    };
    instance.machine.run(() => void instance.start());
    await world.run(LEASE_MS);
    expect(await outcome()).toBe(true);

    instance.movePool(database.copy());
    instance.breakSession();
    await world.run(world.now + SOON_MS);

    expect(await outcome()).toBe('store.unavailable');
    // Others would wait for those that were not seen through the pool.
    expect([...database.instances.values()].filter(({ renewals }) => renewals === 0)).toEqual([]);
  });
});

describe('An instance whose next session breaks, too, as it is being opened', () => {
  it.each(Array.from({ length: 40 }, (_, at) => 45 + at))(
    'holds a lease soon after, %d ms after the first',
    async (ms) => {
      silenceLogs();
      const world = new World(ms);
      const instance = new SimulatedInstance(world, new SimulatedDatabase(), LEASE_MS, LEASE_MS);
      instance.machine.run(() => void instance.start());
      await world.run(LEASE_MS);
      expect(instance.isServing).toBe(true);

      instance.breakSession();
      await world.run(world.now + ms);
      instance.breakSession();
      await world.run(world.now + 2 * SOON_MS);

      expect(instance.isServing).toBe(true);
    },
  );
});
