import { generateKey, hashKey } from '../../src/kernel/keys/key-format.js';
import { silenceLogs } from './silence-logs.js';
import type { SimulatedKey } from './simulated-database.js';
import { SimulatedFile } from './simulated-file.js';
import { SimulatedProcess } from './simulated-process.js';
import { isHonestFailure } from './simulated-product.js';
import type { SimulationResult } from './simulation.js';
import { World } from './world.js';

const BEGINNING_MS = 500;
const LONGEST_LIFE_MS = 3000;
const WATCHED_MS = 5000;
const BETWEEN_LOOKS_MS = 40;
const BETWEEN_TRIES_MS = 300;
const ATTEMPTS = 10;
/** The share of commands that are killed before they answer. */
const INTERRUPTED = 0.2;
const LONGEST_INTERRUPTED_MS = 2000;

interface TestedKey {
  secret: string;
  stored: SimulatedKey;
  acknowledgedAt: number | undefined;
}

/**
 * Processes of the product that serve one SQLite file, one after the other, as they are stopped, killed, frozen and started;
 * and now and then a command that restricts by itself. The same seed gives the same run.
 */
export class FileSimulation {
  private readonly world: World;
  private readonly file = new SimulatedFile();
  /** All that have not ended. */
  private processes: SimulatedProcess[] = [];
  /** Told to stop; another one is started in their place. */
  private readonly replaced = new Set<SimulatedProcess>();
  private readonly result: SimulationResult;
  private watched: TestedKey[] = [];
  private lastDeletion = 0;
  private readonly betweenDeletionsMs: number;
  private readonly betweenTroublesMs: number;
  /** The share of deletions that are made by commands. */
  private readonly commands: number;

  constructor(
    seed: number,
    private left: number,
    private readonly secrets: string[],
  ) {
    this.world = new World(seed);
    const { random } = this.world;
    this.betweenDeletionsMs = random.spread(20, 200);
    this.betweenTroublesMs = random.spread(500, 5000);
    this.commands = random.spread(0.01, 0.3);
    this.result = { seed, deletions: 0, hits: 0, verifications: 0, violations: [] };
  }

  async run(): Promise<SimulationResult> {
    silenceLogs();
    const { world } = this;
    this.startProcess();
    world.after(BEGINNING_MS, () => {
      this.deleteNext();
      this.strike();
      this.lookNext();
    });
    this.lastDeletion = BEGINNING_MS + 2 * this.left * this.betweenDeletionsMs + LONGEST_LIFE_MS;
    await world.run(this.lastDeletion + 10_000);
    return this.result;
  }

  /** As a supervisor would: again and again, while another one serves. */
  private startProcess(): void {
    const started = new SimulatedProcess(this.world, this.file, true);
    this.processes.push(started);
    started.machine.run(
      () =>
        void started.start().catch(() => {
          const isWanted = this.processes.includes(started) && !this.replaced.has(started);
          this.end(started);
          if (isWanted) this.world.after(BETWEEN_TRIES_MS, () => this.startProcess());
        }),
    );
  }

  private end(process: SimulatedProcess): void {
    process.kill();
    this.processes = this.processes.filter((each) => each !== process);
  }

  private strike(): void {
    const { world } = this;
    if (world.now > this.lastDeletion) return;
    const { random } = world;
    world.after(random.between(0, 2 * this.betweenTroublesMs), () => this.strike());
    if (this.processes.length === 0) return;
    const struck = random.oneOf(this.processes);
    if (this.replaced.has(struck)) return;
    const trouble = random.oneOf([
      'stop',
      'stop',
      'kill',
      'freeze',
      'freeze and stop',
      'remove',
      'remove and stop',
      'move',
      'drop',
    ]);
    if (trouble.startsWith('remove')) this.file.lockFile = undefined;
    if (trouble === 'move') this.moveLockFile();
    // As POSIX has it, once the process closes another descriptor of the file.
    if (trouble === 'drop' && this.file.lockFile) this.file.lockFile.holder = undefined;
    if (trouble.startsWith('freeze')) struck.machine.freeze(random.spread(5, 3000));
    if (trouble === 'kill') {
      this.end(struck);
      this.startProcess();
    }
    if (trouble.endsWith('stop')) this.replace(struck);
  }

  /** Away, and back in the place of any that was made meanwhile. */
  private moveLockFile(): void {
    const { file, world } = this;
    const { lockFile } = file;
    file.lockFile = undefined;
    world.after(world.random.spread(10, 3000), () => (file.lockFile = lockFile));
  }

  /** The next one is started as the one before is told to stop, and waits for it. */
  private replace(replaced: SimulatedProcess): void {
    const { world } = this;
    this.replaced.add(replaced);
    replaced.machine.run(() => void replaced.stop().then(() => this.end(replaced)));
    world.after(world.random.spread(1, 1000), () => this.startProcess());
  }

  private deleteNext(): void {
    const { world } = this;
    if (this.left <= 0) return;
    this.left -= 1;
    this.useAndDelete();
    world.after(world.random.between(0, 2 * this.betweenDeletionsMs), () => this.deleteNext());
  }

  private useAndDelete(): void {
    const { world } = this;
    const { random } = world;
    const secret = this.secrets.pop() ?? generateKey('lk');
    const id = `0199f3a2-5c1e-7d3a-9b1e-${String(this.left).padStart(12, '0')}`;
    const stored: SimulatedKey = { id, hash: hashKey(secret), isDeleted: false };
    this.file.keys.set(stored.hash, stored);
    const key: TestedKey = { secret, stored, acknowledgedAt: undefined };
    const lifeMs = random.spread(10, LONGEST_LIFE_MS);
    for (let use = 0; use < 3; use += 1) world.after(random.between(0, lifeMs), () => this.verify(key));
    world.after(lifeMs, () => {
      this.watched.push(key);
      this.attemptDeletion(key, ATTEMPTS);
    });
  }

  private attemptDeletion(key: TestedKey, attempts: number): void {
    const { world, result } = this;
    const { random } = world;
    const again = (): void => {
      if (attempts > 1 && key.acknowledgedAt === undefined) this.attemptDeletion(key, attempts - 1);
    };
    // Where nobody runs, a command does it.
    const isCommand = this.processes.length === 0 || random.happens(this.commands);
    const deleter = isCommand ? new SimulatedProcess(world, this.file, false) : random.oneOf(this.processes);
    world.after(random.spread(1, 2000), () => this.verify(key));
    deleter.machine.run(() => {
      const deleting = deleter.delete(key.stored.hash, key.stored.id).finally(() => isCommand && deleter.kill());
      deleting.then(
        () => {
          if (key.acknowledgedAt === undefined) result.deletions += 1;
          key.acknowledgedAt ??= world.now;
          this.lookAt(key);
        },
        (error: unknown) => {
          if (!isHonestFailure(error)) result.violations.push(`A deletion failed: ${String(error)}`);
          world.after(random.between(1, 500), again);
        },
      );
    });
    if (isCommand && random.happens(INTERRUPTED)) {
      world.after(random.spread(10, LONGEST_INTERRUPTED_MS), () => {
        if (key.acknowledgedAt !== undefined) return;
        deleter.kill();
        again();
      });
    }
    // A client whose process is gone asks the next one.
    world.after(WATCHED_MS, again);
  }

  private lookNext(): void {
    const { world } = this;
    for (const key of this.watched) if (key.acknowledgedAt !== undefined) this.lookAt(key);
    this.watched = this.watched.filter(({ acknowledgedAt = world.now }) => acknowledgedAt > world.now - WATCHED_MS);
    world.after(world.random.between(0, 2 * BETWEEN_LOOKS_MS), () => this.lookNext());
  }

  /** Asks every process that answers from memory about a key that was deleted. */
  private lookAt(key: TestedKey): void {
    for (const process of this.processes) if (process.isServing) this.ask(process, key);
  }

  private verify(key: TestedKey): void {
    if (this.processes.length > 0) this.ask(this.world.random.oneOf(this.processes), key);
  }

  private ask(process: SimulatedProcess, key: TestedKey): void {
    const { machine, verifier } = process;
    const { result, world } = this;
    if (machine.isFrozen || !machine.isAlive) return;
    machine.run(() => {
      const wasAcknowledged = key.acknowledgedAt;
      result.verifications += 1;
      const answer = verifier.verify(key.secret);
      const judge = (valid: boolean, how: string): void => {
        if (!valid || wasAcknowledged === undefined) return;
        const lateMs = Math.round(world.now - wasAcknowledged);
        result.violations.push(
          `Seed ${result.seed}: ${key.stored.id} accepted ${how}, ${lateMs} ms after its deletion was answered.`,
        );
      };
      if (answer instanceof Promise) {
        answer.then(
          ({ valid }) => judge(valid, 'from the file'),
          () => undefined,
        );
        return;
      }
      if (answer.valid) result.hits += 1;
      judge(answer.valid, 'from memory');
    });
  }
}
