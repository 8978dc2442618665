import { setTimeout } from 'node:timers/promises';
import { uniqueName } from '../../support/service.js';
import { Random } from '../random.js';
import { checkHistory, type Violation } from './check-history.js';
import { Cluster, LEASE_MS, type ClusterOptions } from './cluster.js';
import { Commander } from './commander.js';
import { Examiner } from './examiner.js';
import { makePlots, type Plot } from './plots.js';
import { Recorder } from './recorder.js';
import { Stage } from './stage.js';
import type { Strike } from './strikes.js';
import type { TestedKey } from './tested-key.js';

const ACTORS = 24;
const EXAMINERS_AN_INSTANCE = 2;
const WORKSPACES = 6;
const BYSTANDERS = 24;
const MOST_BETWEEN_STRIKES_MS = 400;
const READY_MS = 60_000;
const MOST_CHECKED_AT_THE_END = 200;

/**
 * How long after the first refusal an instance may still accept, if the restriction was never acknowledged: nobody waits
 * for that instance then, and it knows of the restriction when it hears of it or when its lease has run out.
 */
const SETTLE_MS = LEASE_MS + 500;

export interface ScenarioOptions extends ClusterOptions {
  deletions: number;
  seed: number;
  /** What goes wrong, again and again until all deletions are done; nothing without it. */
  strike?: Strike;
  leastStrikes?: number;
  mostStrikes?: number;
  /** An empty database on a server of the scenario's own. */
  databaseUrl?: string;
  /** Whether keys also expire: not where clocks are wrong. */
  withExpiry?: boolean;
}

export interface ScenarioReport {
  strikes: number;
  deletions: number;
  deletionsDuringStrikes: number;
  changes: number;
  unknown: number;
  verifications: number;
  unanswered: number;
  deletersKilled: number;
  /**
   * Answers that went back: an instance did not know of a change yet that another one had shown. They are allowed until
   * the change is acknowledged.
   */
  wentBack: number;
  /** Everything that is not as it must be; empty if all is well. */
  violations: string[];
}

/** Lets things happen to keys on instances of its own while something goes wrong, and checks everything that was seen. */
export async function runScenario(options: ScenarioOptions): Promise<ScenarioReport> {
  const cluster = await Cluster.start(options.databaseUrl, options);
  try {
    return await runOn(cluster, options);
  } finally {
    await cluster.dispose();
  }
}

/** The same on instances that run already, and are well. */
export async function runOn(
  cluster: Cluster,
  { deletions, seed, strike, leastStrikes = 1, mostStrikes = Infinity, withExpiry = true }: ScenarioOptions,
) {
  const recorder = new Recorder();
  const random = new Random(seed);
  const stage = await setUp(cluster, recorder, random);
  const { commander, examiner } = stage;
  const bystanders = await createKeys(stage, BYSTANDERS);
  examiner.watch(bystanders);
  const plots = await makePlots(stage, deletions, withExpiry);
  const keys = plots.flatMap((plot) => plot.keys);

  const left = random.sample(plots, plots.length);
  const asking = cluster.instances.flatMap((instance) =>
    Array.from({ length: EXAMINERS_AN_INSTANCE }, () => examiner.keepAsking(instance)),
  );
  let strikes = 0;
  let deletionsDuringStrikes = 0;
  try {
    const acting = Array.from({ length: ACTORS }, () => playAll(left));
    const striking = async () => {
      while (strike && strikes < mostStrikes && (left.length > 0 || strikes < leastStrikes)) {
        await setTimeout(random.below(MOST_BETWEEN_STRIKES_MS));
        await cluster.holdLeases(READY_MS);
        const before = recorder.deletions;
        await strike(stage);
        deletionsDuringStrikes += recorder.deletions - before;
        strikes += 1;
      }
    };
    await Promise.all([...acting, striking()]);
    await cluster.areReady(READY_MS);
  } finally {
    commander.end();
    examiner.end();
    for (const instance of cluster.instances) instance.resume();
  }
  await Promise.all(asking);
  const toCheck = [...bystanders, ...random.sample(keys, MOST_CHECKED_AT_THE_END)];
  await Promise.all(Array.from({ length: ACTORS }, () => askAboutEach(examiner, toCheck)));

  const violations = checkHistory(recorder, { settleMs: SETTLE_MS });
  return {
    strikes,
    deletions: recorder.deletions,
    deletionsDuringStrikes,
    changes: recorder.changes.length,
    unknown: recorder.unknown,
    verifications: recorder.verifications.length,
    unanswered: recorder.unanswered,
    deletersKilled: recorder.deletersKilled,
    wentBack: checkHistory(recorder, { settleMs: 0 }).length - violations.length,
    violations: [...recorder.faults, ...violations.map(describe)],
  };
}

async function setUp(cluster: Cluster, recorder: Recorder, random: Random): Promise<Stage> {
  const commander = new Commander(cluster, recorder, random);
  // Loading the command line takes this process for itself longer than anything may take that is asked for later.
  await commander.carryOutByHand(['operator', 'list']);
  const workspaces: string[] = [];
  while (workspaces.length < WORKSPACES) {
    const body = { name: uniqueName('Workspace') };
    workspaces.push(String((await commander.create({ method: 'POST', path: '/workspace', body })).id));
  }
  const examiner = new Examiner(cluster, recorder, random);
  const stage = new Stage(cluster, recorder, random, commander, examiner, workspaces);
  for (const workspaceId of workspaces) {
    const permissions = ['apikeys:verify'];
    examiner.employ(await stage.createKey({ workspaceId, permissions, effective: permissions }));
  }
  return stage;
}

async function createKeys(stage: Stage, count: number): Promise<TestedKey[]> {
  const keys = [];
  while (keys.length < count) keys.push(await stage.createKey());
  return keys;
}

async function askAboutEach(examiner: Examiner, left: TestedKey[]): Promise<void> {
  for (let key = left.pop(); key; key = left.pop()) await examiner.askEverywhere(key);
}

async function playAll(left: Plot[]): Promise<void> {
  for (let plot = left.pop(); plot; plot = left.pop()) await plot.play();
}

function describe({ kind, facets, verification, changes }: Violation): string {
  const time = (from: number, to: number) => `${from.toFixed(1)}–${to.toFixed(1)} ms`;
  return [
    `${kind}: ${verification.what}, ${time(verification.start, verification.end)}, about ${facets.join(' or ')}, after:`,
    ...changes.map(({ what, start, end }) => `  ${time(start, end)}: ${what}`),
  ].join('\n');
}
