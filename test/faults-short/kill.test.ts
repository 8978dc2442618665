import { describe, expect, it } from '@jest/globals';
import { runKillRounds } from '../faults/kill-rounds.js';
import { forEachStore } from '../support/stores.js';

const ROUNDS = 3;

describe('kill -9 at random moments under load', () => {
  forEachStore((kind) => {
    it('loses nothing acknowledged and leaves nothing half done', async () => {
      const seed = Date.now() % 2 ** 31;
      const { faults, created, deleted } = await runKillRounds(kind, { rounds: ROUNDS, seed });

      expect({ seed, faults }).toEqual({ seed, faults: [] });
      expect(created).toBeGreaterThanOrEqual(ROUNDS);
      expect(deleted).toBeGreaterThanOrEqual(ROUNDS);
    });
  });
});
