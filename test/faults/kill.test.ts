import { describe, expect, it } from '@jest/globals';
import { forEachStore } from '../support/stores.js';
import { numberFrom } from './environment.js';
import { runKillRounds, type KillReport } from './kill-rounds.js';

const ROUNDS = numberFrom('FAULT_ROUNDS', 100);
const SEED = numberFrom('FAULT_SEED', Date.now() % 2 ** 31);
const LONGEST_ROUND_MS = 30_000;

describe('kill -9 at random moments under load', () => {
  forEachStore((kind) => {
    it(
      `loses nothing acknowledged and leaves nothing half done, ${ROUNDS} times`,
      async () => {
        const say = (text: string) => process.stdout.write(`kill -9 on ${kind}: ${text}\n`);
        say(`FAULT_SEED=${SEED} FAULT_ROUNDS=${ROUNDS}`);
        const afterRound = ({ rounds, created, deleted, unanswered, faults }: KillReport) => {
          if (rounds % 10 !== 0 && rounds !== ROUNDS) return;
          say(
            `${rounds} rounds, ${created} creations and ${deleted} deletions acknowledged, ` +
              `${unanswered} more carried out, ${faults.length} faults`,
          );
        };

        const { rounds, created, deleted, faults } = await runKillRounds(kind, {
          rounds: ROUNDS,
          seed: SEED,
          afterRound,
        });

        expect(faults).toEqual([]);
        expect(rounds).toBe(ROUNDS);
        expect(created).toBeGreaterThan(ROUNDS);
        expect(deleted).toBeGreaterThan(0);
      },
      ROUNDS * LONGEST_ROUND_MS,
    );
  });
});
