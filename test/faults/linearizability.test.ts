import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres } from '../support/postgres-server.mjs';
import { numberFrom } from './environment.js';
import { runScenario, type ScenarioOptions, type ScenarioReport } from './linearizability/scenario.js';
import {
  breakConnections,
  killAndRestart,
  killTheDeleter,
  pause,
  pauseAndCut,
  refusing,
  restartDatabase,
  stalling,
  stepClock,
  swallowing,
  type Strike,
} from './linearizability/strikes.js';

const DELETIONS = numberFrom('LINEARIZABILITY_DELETIONS', 10_000);
const SEED = numberFrom('FAULT_SEED', Date.now() % 2 ** 31);
const LONGEST_MS = 20 * 60_000;
const MOST_PRINTED = 10;

/** As far apart as a time daemon slews clocks: chrony's default. */
const SLEWS = [-83_333, 83_333, -83_333] as const;

type Named = [name: string, options: Omit<ScenarioOptions, 'deletions' | 'seed' | 'databaseUrl'>];

const SCENARIOS: readonly Named[] = [
  ['nothing', {}],
  ['an instance paused for 10 s', { strike: pause(10_000) }],
  ['an instance paused, and cut off when it goes on', { strike: pauseAndCut(4000), leastStrikes: 3 }],
  ['an instance killed and restarted', { strike: killAndRestart, leastStrikes: 5 }],
  ['an instance whose connections break', { strike: breakConnections, leastStrikes: 10 }],
  ['an instance whose connections are refused', { strike: refusing(3000), leastStrikes: 3 }],
  ['an instance cut off', { strike: swallowing(5000), leastStrikes: 3 }],
  ['an instance cut off that is heard', { strike: swallowing(5000, ['to-client']), leastStrikes: 3 }],
  ['an instance cut off that hears', { strike: swallowing(5000, ['to-server']), leastStrikes: 3 }],
  ['an instance cut off, and everything delivered late', { strike: stalling(5000), leastStrikes: 3 }],
  ['a deleter killed while another instance is paused', { strike: killTheDeleter(true), leastStrikes: 5 }],
  ['a deleter killed that does not hear of its commit', { strike: killTheDeleter(false), leastStrikes: 5 }],
  ['one remembers nothing, and an instance is paused', { modest: true, strike: pause(4000), leastStrikes: 3 }],
  ['one remembers nothing, and an instance is cut off', { modest: true, strike: swallowing(5000), leastStrikes: 3 }],
  [
    'clocks slewed, and an instance cut off',
    { slews: SLEWS, withExpiry: false, strike: swallowing(5000), leastStrikes: 8 },
  ],
  ['wall clocks stepped', { strike: stepClock, withExpiry: false, leastStrikes: 8 }],
];
const RESTARTS = ['fast', 'immediate'] as const;
const PART = Math.ceil(DELETIONS / (SCENARIOS.length + RESTARTS.length));

let deletions = 0;

async function play(name: string, options: Partial<ScenarioOptions>): Promise<ScenarioReport> {
  const report = await runScenario({ ...options, deletions: PART, seed: SEED });
  const { violations, ...counts } = report;
  const numbers = Object.entries(counts).map(([what, count]) => `${what} ${count}`);
  process.stdout.write(
    `${name}: FAULT_SEED=${SEED} LINEARIZABILITY_DELETIONS=${DELETIONS}: ${numbers.join(', ')}, ` +
      `${violations.length} violations\n${violations.slice(0, MOST_PRINTED).join('\n')}`,
  );
  deletions += report.deletions;
  expect(violations).toEqual([]);
  expect(report.deletions).toBeGreaterThanOrEqual(PART);
  return report;
}

describe('three instances on one database, while keys are deleted and restricted', () => {
  it.each(SCENARIOS)(
    'no restricted key is accepted and no living one refused: %s',
    (name, options) => play(name, options),
    LONGEST_MS,
  );

  describe.each(RESTARTS)('the database restarted in %s mode', (how) => {
    let server: Awaited<ReturnType<typeof startPostgres>>;
    beforeAll(async () => (server = await startPostgres()), LONGEST_MS);
    afterAll(() => server.stop());

    it(
      'no restricted key is accepted and no living one refused',
      async () => {
        const strike: Strike = (stage) => restartDatabase(server, how, 1000)(stage);
        await play(`the database restarted in ${how} mode`, { strike, databaseUrl: server.url, leastStrikes: 3 });
      },
      LONGEST_MS,
    );
  });

  it(`${DELETIONS} deletions in all`, () => {
    expect(deletions).toBeGreaterThanOrEqual(DELETIONS);
  });
});
