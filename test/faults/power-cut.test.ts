import { describe, expect, it } from '@jest/globals';
import { numberFrom } from './environment.js';
import { runPowerCuts } from './power-cuts.js';

const CHANGES = numberFrom('FAULT_CHANGES', 1000);
const CUTS = numberFrom('FAULT_CUTS', 400);
const SEED = numberFrom('FAULT_SEED', Date.now() % 2 ** 31);
const LONGEST_MS = 20 * 60_000;

describe('a power cut at any moment on sqlite', () => {
  const replay = async (synchronous?: 'NORMAL' | 'OFF') => {
    // Where nothing is synced every cut replays everything before it, and a few show what they have to show.
    const wanted = synchronous ? Math.ceil(CUTS / 10) : CUTS;
    const report = await runPowerCuts({ changes: CHANGES, cuts: wanted, seed: SEED, synchronous });
    const { cuts, disks, acknowledged, mostLost, damaged, half } = report;
    process.stdout.write(
      `power cut with synchronous=${synchronous ?? 'as shipped'}: FAULT_SEED=${SEED} FAULT_CHANGES=${CHANGES} ` +
        `FAULT_CUTS=${CUTS}: ${acknowledged} changes acknowledged, ${cuts} cuts, ${disks} disks, ` +
        `${mostLost} changes lost at most, ${damaged.length} disks damaged, ${half.length} changes half done\n`,
    );
    return report;
  };

  it(
    'loses nothing acknowledged and leaves nothing half done',
    async () => {
      const { lost, half, damaged, acknowledged } = await replay();
      expect({ lost, half, damaged }).toEqual({ lost: [], half: [], damaged: [] });
      expect(acknowledged).toBeGreaterThan(CHANGES / 2);
    },
    LONGEST_MS,
  );

  it.each(['NORMAL', 'OFF'] as const)(
    'would lose acknowledged changes with synchronous=%s',
    async (synchronous) => {
      expect((await replay(synchronous)).mostLost).toBeGreaterThan(0);
    },
    LONGEST_MS,
  );
});
