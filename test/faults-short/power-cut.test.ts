import { describe, expect, it } from '@jest/globals';
import { runPowerCuts } from '../faults/power-cuts.js';

const LONGEST_MS = 240_000;

describe('a power cut at any moment on sqlite', () => {
  const seed = Date.now() % 2 ** 31;

  it(
    'loses nothing acknowledged and leaves nothing half done',
    async () => {
      const { lost, half, damaged } = await runPowerCuts({ changes: 150, cuts: 40, seed });
      expect({ seed, lost, half, damaged }).toEqual({ seed, lost: [], half: [], damaged: [] });
    },
    LONGEST_MS,
  );

  it.each(['NORMAL', 'OFF'] as const)(
    'would lose acknowledged changes with synchronous=%s',
    async (synchronous) => {
      const { mostLost } = await runPowerCuts({ changes: 60, cuts: 10, seed, synchronous });
      expect(mostLost).toBeGreaterThan(0);
    },
    LONGEST_MS,
  );
});
