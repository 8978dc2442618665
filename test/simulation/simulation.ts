import { generateKey, hashKey } from '../../src/kernel/keys/key-format.js';
import { SimulatedDatabase, type SimulatedKey } from './simulated-database.js';
import { isHonestFailure, SimulatedInstance } from './simulated-instance.js';
import { SLEWING } from './simulated-machine.js';
import { World } from './world.js';

const LEASES_MS = [1000, 1000, 1000, 0] as const;
const LONGEST_LEASE_MS = 1000;
const BETWEEN_DELETIONS_MS = 12;
const BETWEEN_FAULTS_MS = 1500;
const USES_BEFORE = 6;
const PATIENCE_MS = 5000;
/** By then at the latest an instance that may answer from memory has read what was committed. */
const CONVERGED_MS = LONGEST_LEASE_MS / (1 - SLEWING) + 2;

interface TestedKey {
  secret: string;
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
  private readonly world: World;
  private readonly database = new SimulatedDatabase();
  private readonly instances: SimulatedInstance[] = [];
  private readonly secrets: string[];
  private readonly result: SimulationResult;
  private left: number;

  /** @param secrets well-formed keys to use, for making them takes longer than a simulated deletion */
  constructor(seed: number, deletions: number, secrets: string[]) {
    this.world = new World(seed);
    this.secrets = secrets;
    this.left = deletions;
    this.result = { seed, deletions: 0, hits: 0, verifications: 0, violations: [] };
  }

  async run(): Promise<SimulationResult> {
    const { world } = this;
    for (const leaseMs of LEASES_MS) this.startInstance(this.instances.length, leaseMs);
    world.after(2000, () => this.deleteNext());
    world.after(3000, () => this.strike());
    const duration = 5000 + this.left * BETWEEN_DELETIONS_MS * 1.2;
    await world.run(duration + 20_000);
    return this.result;
  }

  private startInstance(at: number, leaseMs: number): void {
    const instance = new SimulatedInstance(this.world, this.database, leaseMs, LONGEST_LEASE_MS);
    this.instances[at] = instance;
    instance.start().catch(() => {
      // As a supervisor would.
      if (this.instances[at] !== instance) return;
      instance.machine.kill();
      this.world.after(100, () => this.startInstance(at, leaseMs));
    });
  }

  private deleteNext(): void {
    const { world } = this;
    if (this.left <= 0) return;
    this.left -= 1;
    this.deleteOne();
    world.after(world.random.between(0, 2 * BETWEEN_DELETIONS_MS), () => this.deleteNext());
  }

  /** A key is made, used, deleted, and used again: at once, and later. */
  private deleteOne(): void {
    const { world } = this;
    const { random } = world;
    const secret = this.secrets.pop() ?? generateKey('lk');
    const id = `0199f3a2-5c1e-7d3a-9b1e-${String(this.left).padStart(12, '0')}`;
    const stored: SimulatedKey = { id, hash: hashKey(secret), isDeleted: false };
    this.database.keys.set(stored.hash, stored);
    const key: TestedKey = { secret, stored, acknowledgedAt: undefined, isElsewhere: false };
    // Most live for a moment only. Some are there before a pool is led elsewhere, and deleted afterwards.
    const lifeMs = random.happens(0.1) ? random.between(0, 6 * LONGEST_LEASE_MS) : random.between(10, 80);
    for (let use = 0; use < USES_BEFORE; use += 1) world.after(random.between(0, lifeMs), () => this.verify(key));
    world.after(lifeMs, () => this.attemptDeletion(key, 5));
  }

  private attemptDeletion(key: TestedKey, attempts: number): void {
    const { world } = this;
    const { random } = world;
    const deleter = random.oneOf(this.instances);
    const again = (): void => {
      if (attempts > 1 && key.acknowledgedAt === undefined) this.attemptDeletion(key, attempts - 1);
    };
    // A client whose request is not answered asks another instance.
    const cancel = world.after(PATIENCE_MS, again);
    for (let use = 0; use < 3; use += 1) world.after(random.between(0, 3 * LONGEST_LEASE_MS), () => this.verify(key));
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
    if (random.happens(0.05)) {
      const at = this.instances.indexOf(deleter);
      const strike = random.oneOf([() => this.restart(at), () => this.restart(at), () => this.refuse(deleter, 1000)]);
      world.after(random.between(0, 15), strike);
    }
  }

  private acknowledge(key: TestedKey): void {
    const { world } = this;
    if (key.acknowledgedAt === undefined) this.result.deletions += 1;
    key.acknowledgedAt ??= world.now;
    const { random } = world;
    for (const instance of this.instances) this.verifyOn(instance, key);
    for (let use = 0; use < 3; use += 1) world.after(random.between(0, 30), () => this.verify(key));
    for (let use = 0; use < 3; use += 1) world.after(random.between(0, 2 * LONGEST_LEASE_MS), () => this.verify(key));
    // Long after everything about it: memory stays bounded.
    world.after(40_000, () => this.database.keys.delete(key.stored.hash));
  }

  private verify(key: TestedKey): void {
    this.verifyOn(this.world.random.oneOf(this.instances), key);
  }

  private verifyOn(instance: SimulatedInstance, key: TestedKey): void {
    const { machine, verifier } = instance;
    if (machine.isFrozen || !machine.isAlive) return;
    // What it has in mind of another database is noticed with the next renewal, or ends with the lease.
    if (key.isElsewhere || instance.isMisled) return;
    const { world, result } = this;
    const begun = world.now;
    const wasAcknowledged = key.acknowledgedAt;
    result.verifications += 1;
    const answer = verifier.verify(key.secret);
    if (answer instanceof Promise) {
      answer.then(
        ({ valid }) => valid && !instance.isMisled && this.accepted(key, begun, wasAcknowledged, 'from the database'),
        () => undefined,
      );
      return;
    }
    if (!answer.valid) return;
    result.hits += 1;
    this.accepted(key, begun, wasAcknowledged, 'from memory');
    const { deletedAt } = key.stored;
    if (deletedAt !== undefined && begun > deletedAt + CONVERGED_MS) {
      this.violate(`accepted from memory ${Math.round(begun - deletedAt)} ms after the commit`, key);
    }
  }

  private accepted(key: TestedKey, begun: number, acknowledgedAt: number | undefined, how: string): void {
    if (acknowledgedAt === undefined || key.isElsewhere) return;
    this.violate(`accepted ${how}, ${Math.round(begun - acknowledgedAt)} ms after the deletion was answered`, key);
  }

  private violate(what: string, { stored }: TestedKey): void {
    this.result.violations.push(`Seed ${this.result.seed}, at ${this.world.now.toFixed(3)} ms: ${stored.id} ${what}.`);
  }

  private strike(): void {
    const { world } = this;
    if (this.left <= 0) return;
    const { random } = world;
    const at = Math.floor(random.next() * this.instances.length);
    const instance = this.instances[at] as SimulatedInstance;
    const lastsMs = random.between(1, 3 * LONGEST_LEASE_MS);
    const strikes: (() => void)[] = [
      () => instance.machine.freeze(lastsMs),
      () => instance.machine.freeze(lastsMs),
      () => this.cut(instance, lastsMs),
      () => this.cut(instance, lastsMs),
      () => instance.breakSession(),
      () => this.restart(at),
      () => void instance.stop().then(() => this.restart(at)),
      () => instance.machine.step(random.between(-5000, 5000)),
      () => this.restartDatabase(random.between(1, 500)),
      () => this.moveSession(instance),
      () => this.refuse(instance, lastsMs),
      () => this.lag(instance, random.between(0, 1.2 * LONGEST_LEASE_MS)),
      () => this.lag(instance, random.between(0, 1.2 * LONGEST_LEASE_MS)),
      () => this.movePool(instance, 2 * lastsMs),
    ];
    random.oneOf(strikes)();
    world.after(random.between(0, 2 * BETWEEN_FAULTS_MS), () => this.strike());
  }

  private cut({ route }: SimulatedInstance, lastsMs: number): void {
    route.isCut = true;
    this.world.after(lastsMs, () => (route.isCut = false));
  }

  private refuse({ route }: SimulatedInstance, lastsMs: number): void {
    route.isRefused = true;
    this.world.after(lastsMs, () => (route.isRefused = false));
  }

  /** Its session is late for a while, and then perhaps hears nothing any more. */
  private lag(instance: SimulatedInstance, lagMs: number): void {
    const { route } = instance;
    route.lagMs = lagMs;
    this.world.after(2 * LONGEST_LEASE_MS, () => (route.lagMs = 0));
    if (this.world.random.happens(0.6)) {
      this.world.after(this.world.random.between(0, 2 * LONGEST_LEASE_MS), () =>
        this.cut(instance, 3 * LONGEST_LEASE_MS),
      );
    }
  }

  /** Its pool leads to a copy, as after a failover that only its session took part in. */
  private movePool(instance: SimulatedInstance, lastsMs: number): void {
    // Without a lease there is nothing to be read back.
    if (instance === this.instances[LEASES_MS.indexOf(0)]) return;
    instance.movePool(this.database.copy());
    this.world.after(lastsMs, () => instance.movePool(this.database));
  }

  /** What lies between delivers again, but not on connections that were open before. */
  private moveSession(instance: SimulatedInstance): void {
    instance.route.isCut = true;
    this.world.after(1, () => {
      instance.route.isCut = false;
      instance.breakSession();
    });
  }

  private restart(at: number): void {
    this.instances[at]?.machine.kill();
    this.startInstance(at, LEASES_MS[at] ?? 0);
  }

  private restartDatabase(lastsMs: number): void {
    const { database } = this;
    database.isUp = false;
    for (const instance of this.instances) instance.breakSession();
    this.world.after(lastsMs, () => (database.isUp = true));
  }
}
