import { PresentedKey } from '../../src/identity/presented-key.js';
import { generateKey, hashKey } from '../../src/kernel/keys/key-format.js';
import { drawConditions, type Conditions } from './conditions.js';
import { silenceLogs } from './silence-logs.js';
import { SimulatedDatabase, type SimulatedKey } from './simulated-database.js';
import { SimulatedInstance } from './simulated-instance.js';
import { SLEWING } from './simulated-machine.js';
import { isHonestFailure } from './simulated-product.js';
import { Troubles } from './troubles.js';
import { LONGEST_LEASE_MS, World } from './world.js';

/** When all instances hold a lease. */
const BEGINNING_MS = 2000;
const LONGEST_LIFE_MS = 4 * LONGEST_LEASE_MS;
const ATTEMPTS = 5;
const PATIENCE_MS = 5000;
const BETWEEN_LOOKS_MS = 30;
const ANYBODY = {};
/** By then at the latest an instance that may answer from memory has read what was committed. */
const CONVERGED_MS = LONGEST_LEASE_MS / (1 - SLEWING) + 2;
/** For so long it is asked about again and again: longer than any lease that began before it was deleted. */
const WATCHED_MS = 3 * LONGEST_LEASE_MS;

interface TestedKey {
  secret: string;
  presented: PresentedKey;
  stored: SimulatedKey;
  /** When the deletion was answered. */
  acknowledgedAt: number | undefined;
  /** Whether its deletion may have been made in another database. */
  isElsewhere: boolean;
}

export interface SimulationResult {
  seed: number;
  /** Acknowledged deletions. */
  deletions: number;
  /** Verifications that were answered from memory. */
  hits: number;
  verifications: number;
  /** What should not have happened. */
  violations: string[];
}

/**
 * Runs instances of the product for a while of simulated time, with faults, and holds every accepted verification against
 * what had been acknowledged when it began. The same seed gives the same run.
 */
export class Simulation {
  readonly database = new SimulatedDatabase();
  readonly instances: SimulatedInstance[] = [];
  private readonly world: World;
  private readonly conditions: Conditions;
  private readonly troubles: Troubles;
  private readonly secrets: string[];
  private readonly result: SimulationResult;
  /** What is being deleted, and was lately. */
  private watched: TestedKey[] = [];
  private left: number;
  /** About when the last key is deleted. */
  private lastDeletion = 0;

  /** @param secrets well-formed keys to use, for making them takes longer than a simulated deletion */
  constructor(seed: number, deletions: number, secrets: string[]) {
    this.world = new World(seed);
    this.conditions = drawConditions(this.world.random);
    this.world.late = this.conditions.late;
    this.troubles = new Troubles(this.world, this);
    this.secrets = secrets;
    this.left = deletions;
    this.result = { seed, deletions: 0, hits: 0, verifications: 0, violations: [] };
  }

  async run(): Promise<SimulationResult> {
    silenceLogs();
    const { world, conditions } = this;
    conditions.leasesMs.forEach((leaseMs, at) => this.startInstance(at, leaseMs));
    world.after(BEGINNING_MS, () => {
      this.deleteNext();
      this.strike();
      this.lookNext();
    });
    this.lastDeletion = BEGINNING_MS + this.left * conditions.betweenDeletionsMs + LONGEST_LIFE_MS;
    await world.run(this.lastDeletion + 10_000);
    return this.result;
  }

  restart(instance: SimulatedInstance): void {
    const at = this.instances.indexOf(instance);
    if (at < 0) return;
    instance.kill();
    this.startInstance(at, instance.leaseMs);
  }

  /** Asks an instance about everything that was deleted lately, if it answers from memory. */
  look(instance: SimulatedInstance): void {
    const { machine, isMisled } = instance;
    if (machine.isFrozen || !machine.isAlive || isMisled || !instance.isServing) return;
    for (const key of this.watched) if (this.isOver(key)) this.askFromMemory(instance, key);
  }

  private startInstance(at: number, leaseMs: number): void {
    const instance = new SimulatedInstance(this.world, this.database, leaseMs, LONGEST_LEASE_MS);
    this.instances[at] = instance;
    const startAgain = (): void => {
      // As a supervisor would.
      if (this.instances[at] !== instance) return;
      instance.kill();
      this.world.after(100, () => this.startInstance(at, leaseMs));
    };
    instance.machine.run(() => void instance.start().catch(startAgain));
  }

  private strike(): void {
    const { world, conditions } = this;
    if (world.now > this.lastDeletion) return;
    const { random } = world;
    const at = Math.floor(random.next() * this.instances.length);
    this.troubles.strike(at, conditions.troubles, conditions.repeated);
    world.after(random.between(0, 2 * conditions.betweenTroublesMs), () => this.strike());
  }

  private deleteNext(): void {
    const { world, conditions } = this;
    if (this.left <= 0) return;
    this.left -= 1;
    this.useAndDelete();
    world.after(world.random.between(0, 2 * conditions.betweenDeletionsMs), () => this.deleteNext());
  }

  /** A key is made, used, and deleted. */
  private useAndDelete(): void {
    const { world, conditions } = this;
    const { random } = world;
    const secret = this.secrets.pop() ?? generateKey('lk');
    const id = `0199f3a2-5c1e-7d3a-9b1e-${String(this.left).padStart(12, '0')}`;
    const stored: SimulatedKey = { id, hash: hashKey(secret), isDeleted: false };
    this.database.keys.set(stored.hash, stored);
    const presented = new PresentedKey(secret);
    const key: TestedKey = { secret, presented, stored, acknowledgedAt: undefined, isElsewhere: false };
    const isShortLived = random.happens(conditions.shortLived);
    const lifeMs = isShortLived ? random.between(10, 80) : random.between(0, LONGEST_LIFE_MS);
    const uses = isShortLived ? 3 : 6;
    for (let use = 0; use < uses; use += 1) world.after(random.between(0, lifeMs), () => this.verify(key));
    world.after(lifeMs, () => {
      this.watched.push(key);
      this.attemptDeletion(key, ATTEMPTS);
    });
  }

  private attemptDeletion(key: TestedKey, attempts: number): void {
    const { world, conditions } = this;
    const { random } = world;
    const deleter = random.oneOf(this.instances);
    const again = (): void => {
      if (attempts > 1 && key.acknowledgedAt === undefined) this.attemptDeletion(key, attempts - 1);
    };
    // A client whose request is not answered asks another instance.
    const cancel = world.after(PATIENCE_MS, again);
    // Some look-ups are under way when it is deleted.
    world.after(random.between(0, 6), () => this.verify(key));
    world.after(random.spread(1, WATCHED_MS), () => this.verify(key));
    const note = (database: SimulatedDatabase): void => void (key.isElsewhere ||= database !== this.database);
    deleter.machine.run(() => {
      deleter.delete(key.stored.hash, key.stored.id, note).then(
        () => {
          cancel();
          this.acknowledge(key);
        },
        (error: unknown) => {
          cancel();
          if (!isHonestFailure(error)) this.result.violations.push(`A deletion failed: ${String(error)}`);
          world.after(random.between(1, 500), again);
        },
      );
    });
    if (!random.happens(conditions.betweenDeletionsMs / conditions.betweenInterruptionsMs)) return;
    const strike = random.oneOf([() => this.restart(deleter), () => this.troubles.refuse(deleter, 1000)]);
    world.after(random.between(0, 15), strike);
  }

  private acknowledge(key: TestedKey): void {
    const { world, result } = this;
    if (key.acknowledgedAt === undefined) result.deletions += 1;
    key.acknowledgedAt ??= world.now;
    for (const instance of this.instances) this.askFromMemory(instance, key);
    world.after(world.random.spread(1, WATCHED_MS), () => this.verify(key));
  }

  private lookNext(): void {
    const { world } = this;
    for (const instance of this.instances) this.look(instance);
    this.watched = this.watched.filter(({ acknowledgedAt = world.now }) => acknowledgedAt > world.now - WATCHED_MS);
    world.after(world.random.between(0, 2 * BETWEEN_LOOKS_MS), () => this.lookNext());
  }

  /** Whether no instance may accept it any more. */
  private isOver({ acknowledgedAt, stored: { deletedAt = Infinity } }: TestedKey): boolean {
    return acknowledgedAt !== undefined || this.world.now > deletedAt + CONVERGED_MS;
  }

  private askFromMemory(instance: SimulatedInstance, key: TestedKey): void {
    if (!this.isAsked(instance, key)) return;
    this.result.verifications += 1;
    if (instance.verifier.authenticateFromMemory(key.presented, ANYBODY)) this.acceptedFromMemory(key);
  }

  private verify(key: TestedKey): void {
    const instance = this.world.random.oneOf(this.instances);
    if (this.isAsked(instance, key)) instance.machine.run(() => this.verifyOn(instance, key));
  }

  private verifyOn(instance: SimulatedInstance, key: TestedKey): void {
    const { world, result } = this;
    const begun = world.now;
    const wasAcknowledged = key.acknowledgedAt;
    result.verifications += 1;
    const answer = instance.verifier.verify(key.secret);
    if (answer instanceof Promise) {
      answer.then(
        ({ valid }) => valid && !instance.isMisled && this.accepted(key, begun, wasAcknowledged, 'from the database'),
        () => undefined,
      );
      return;
    }
    if (answer.valid) this.acceptedFromMemory(key);
  }

  private isAsked(instance: SimulatedInstance, key: TestedKey): boolean {
    const { machine } = instance;
    if (machine.isFrozen || !machine.isAlive) return false;
    // What it has in mind of another database is noticed with the next renewal, or ends with the lease.
    return !key.isElsewhere && !instance.isMisled;
  }

  private acceptedFromMemory(key: TestedKey): void {
    const { world, result } = this;
    result.hits += 1;
    this.accepted(key, world.now, key.acknowledgedAt, 'from memory');
    const { deletedAt = Infinity } = key.stored;
    if (world.now > deletedAt + CONVERGED_MS) {
      this.violate(`accepted from memory ${Math.round(world.now - deletedAt)} ms after the commit`, key);
    }
  }

  private accepted(key: TestedKey, begun: number, acknowledgedAt: number | undefined, how: string): void {
    if (acknowledgedAt === undefined || key.isElsewhere) return;
    this.violate(`accepted ${how}, ${Math.round(begun - acknowledgedAt)} ms after the deletion was answered`, key);
  }

  private violate(what: string, { stored }: TestedKey): void {
    this.result.violations.push(`Seed ${this.result.seed}, at ${this.world.now.toFixed(3)} ms: ${stored.id} ${what}.`);
  }
}
