import pg from 'pg';
import { setTimeout } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import type { PostgresServer } from '../../support/postgres-server.mjs';
import { LEASE_MS } from './cluster.js';
import type { Instance } from './instance.js';
import { deleteCommand, deleteKey } from './plots.js';
import type { Stage } from './stage.js';
import { BOTH_WAYS, PASS, REFUSE, type Direction, type ProxyMode } from './tcp-proxy.js';

/** Something that goes wrong under load, and is well again when this resolves. */
export type Strike = (stage: Stage) => Promise<void>;

const READY_MS = 60_000;
const COMMIT_MS = 10_000;
/** Keys that are deleted at the moment of each strike. */
const VICTIMS = 4;

/** An instance is stopped where it is, and goes on later. */
export const pause = (milliseconds: number): Strike => {
  return (stage) =>
    strikeOne(stage, {
      begin: (instance) => instance.pause(),
      lastsMs: milliseconds,
      end: (instance) => instance.resume(),
    });
};

/** An instance is stopped where it is, and when it goes on it is cut off: what it missed does not wait for it. */
export const pauseAndCut = (milliseconds: number): Strike => {
  return (stage) =>
    strikeOne(stage, {
      begin: (instance) => {
        instance.pause();
        instance.proxy.set({ kind: 'swallow', directions: BOTH_WAYS });
      },
      lastsMs: milliseconds,
      end: async (instance) => {
        instance.resume();
        await setTimeout(LEASE_MS / 2);
        instance.proxy.set(PASS);
      },
    });
};

/** An instance is killed, and started again after a while. */
export const killAndRestart: Strike = (stage) =>
  strikeOne(stage, {
    begin: (instance) => instance.kill(),
    lastsMs: stage.random.below(LEASE_MS * 1.5),
    end: (instance) => instance.start(),
  });

/** All connections of an instance to the database break, and it may connect again at once. */
export const breakConnections: Strike = (stage) =>
  strikeOne(stage, {
    begin: ({ proxy }) => proxy.resetAll(),
    lastsMs: stage.random.below(LEASE_MS),
    end: () => undefined,
  });

/** An instance is cut off from the database for a while. */
export const cut = (mode: ProxyMode, milliseconds: number): Strike => {
  return (stage) =>
    strikeOne(stage, {
      begin: ({ proxy }) => proxy.set(mode),
      lastsMs: milliseconds,
      end: ({ proxy }) => proxy.set(PASS),
    });
};

export const refusing = (milliseconds: number): Strike => cut(REFUSE, milliseconds);

export const swallowing = (milliseconds: number, directions: readonly Direction[] = BOTH_WAYS): Strike =>
  cut({ kind: 'swallow', directions }, milliseconds);

export const stalling = (milliseconds: number, directions: readonly Direction[] = BOTH_WAYS): Strike =>
  cut({ kind: 'stall', directions }, milliseconds);

/** The database server is stopped and started again. */
export const restartDatabase = (server: PostgresServer, how: 'fast' | 'immediate', milliseconds: number): Strike => {
  return async ({ cluster }) => {
    await server.halt(how);
    await setTimeout(milliseconds);
    await server.resume();
    await cluster.areReady(READY_MS);
  };
};

/** The wall clock of an instance jumps there and back. */
export const stepClock: Strike = async ({ cluster, random }) => {
  const instance = random.pick(cluster.instances);
  const size = random.pick([1500, 30_000, 3_600_000, 86_400_000]);
  await instance.shiftClock(random.chance(0.5) ? size : -size);
  await setTimeout(random.below(LEASE_MS * 2));
  await instance.shiftClock(0);
};

/**
 * Instances are killed after the deletion of a key has committed and before they answer: because another one is paused
 * and does not acknowledge, or because the database's answer does not reach them. The client repeats it elsewhere.
 */
export const killTheDeleter =
  (byPause: boolean): Strike =>
  async (stage) => {
    const { cluster, random, commander, examiner } = stage;
    const [deleter, paused, other] = random.sample(cluster.instances, 3);
    if (!deleter || !paused || !other) throw new Error('That takes three instances.');
    const key = await stage.createKey();
    await examiner.askEverywhere(key);
    examiner.attend(key);
    if (byPause) paused.pause();
    else deleter.proxy.swallowAnswersAfter('COMMIT');
    const first = commander.attempt(deleteCommand(key), deleter);
    const committed = await isGone(cluster.databaseUrl, key.id);
    await deleter.kill();
    const acknowledged = await first;
    if (committed && !acknowledged) stage.recorder.deletersKilled += 1;
    // What was paused in the middle of a transaction may hold the very row.
    if (!committed) paused.resume();
    const waiting = [examiner.ask(key, paused), examiner.askEverywhere(key)];
    await commander.carryOut(() => deleteCommand(key), [other], true);
    stage.recorder.deletions += 1;
    // Sent to those that have slept, before they wake.
    waiting.push(examiner.ask(key, paused), examiner.ask(key, paused), examiner.ask(key, other));
    paused.resume();
    deleter.proxy.swallowAnswersAfter(undefined);
    await deleter.start();
    await Promise.all([...waiting, examiner.askEverywhere(key)]);
  };

interface Trouble {
  begin: (instance: Instance) => void | Promise<void>;
  lastsMs: number;
  end: (instance: Instance) => void | Promise<void>;
}

/** Brings an instance into trouble, and in the same moment deletes keys that it has in memory. */
async function strikeOne(stage: Stage, { begin, lastsMs, end }: Trouble): Promise<void> {
  const instance = stage.random.pick(stage.cluster.instances);
  const keys = await Promise.all(Array.from({ length: VICTIMS }, () => stage.createKey()));
  await Promise.all(keys.map((key) => stage.examiner.askEverywhere(key)));
  instance.troubled = true;
  await begin(instance);
  const deleted = Promise.all(keys.map((key) => deleteKey(stage, key)));
  await setTimeout(lastsMs);
  await end(instance);
  await instance.isReady(READY_MS);
  instance.troubled = false;
  await deleted;
}

/** Waits until the deletion of a key has committed, whoever knows; not for ever. */
async function isGone(databaseUrl: string, keyId: string): Promise<boolean> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const gone = eventually(
      'the deletion has committed',
      async () => {
        const { rowCount } = await client.query('SELECT 1 FROM latchkey_api_keys WHERE id = $1', [keyId]);
        return rowCount === 0 || undefined;
      },
      COMMIT_MS,
    );
    return await gone.catch(() => false);
  } finally {
    await client.end();
  }
}
