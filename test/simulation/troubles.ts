import type { SimulatedDatabase } from './simulated-database.js';
import type { SimulatedInstance } from './simulated-instance.js';
import { LONGEST_LEASE_MS, type World } from './world.js';

export const TROUBLES = [
  'freeze',
  'cut',
  'cut session',
  'break session',
  'restart',
  'stop',
  'step clock',
  'restart database',
  'move session',
  'refuse',
  'late requests',
  'late answers',
  'move pool',
] as const;

export type Trouble = (typeof TROUBLES)[number];

/** What the troubles need of the simulation. */
export interface Troubled {
  readonly instances: readonly SimulatedInstance[];
  readonly database: SimulatedDatabase;
  /** Starts another process in its place. */
  restart(instance: SimulatedInstance): void;
  /** Asks an instance about what was deleted. */
  look(instance: SimulatedInstance): void;
}

/** Lets things go wrong for one instance, or for all. */
export class Troubles {
  constructor(
    private readonly world: World,
    private readonly troubled: Troubled,
  ) {}

  /** Has one of the kinds happen to the instance at this place now, and perhaps others soon after. */
  strike(at: number, kinds: readonly Trouble[], repeated: number): void {
    const { random } = this.world;
    const instance = this.troubled.instances[at];
    if (instance) this.happen(random.oneOf(kinds), instance);
    if (!random.happens(repeated)) return;
    // What is bad seldom comes alone: a connection that is late is cut soon, and a process that hung is restarted.
    this.world.after(random.spread(1, 2 * LONGEST_LEASE_MS), () => this.strike(at, kinds, repeated));
  }

  private happen(trouble: Trouble, instance: SimulatedInstance): void {
    const { world, troubled } = this;
    const { random } = world;
    const { machine, route } = instance;
    const lastsMs = random.spread(5, 3 * LONGEST_LEASE_MS);
    const happen: Record<Trouble, () => void> = {
      freeze: () => {
        machine.freeze(lastsMs);
        // The first that it does when it goes on, before its timers and before it hears anything.
        world.after(lastsMs, () => troubled.look(instance));
      },
      cut: () => this.set(route, 'isCut', lastsMs),
      'cut session': () => this.set(route, 'isSessionCut', lastsMs),
      'break session': () => instance.breakSession(),
      restart: () => troubled.restart(instance),
      stop: () => machine.run(() => void instance.stop().then(() => troubled.restart(instance))),
      'step clock': () => machine.step(random.between(-5000, 5000)),
      'restart database': () => this.restartDatabase(random.spread(1, LONGEST_LEASE_MS / 2)),
      'move session': () => this.moveSession(instance),
      refuse: () => this.refuse(instance, lastsMs),
      'late requests': () => this.delay(instance, 'requestsLateMs', lastsMs),
      'late answers': () => this.delay(instance, 'answersLateMs', lastsMs),
      'move pool': () => this.movePool(instance),
    };
    happen[trouble]();
  }

  /** Refuses the pool of an instance new connections for a while. */
  refuse({ route }: SimulatedInstance, lastsMs: number): void {
    this.set(route, 'isRefused', lastsMs);
  }

  private set<Name extends string>(route: Record<Name, boolean>, name: Name, lastsMs: number): void {
    route[name] = true;
    this.world.after(lastsMs, () => (route[name] = false));
  }

  private delay({ route }: SimulatedInstance, name: 'requestsLateMs' | 'answersLateMs', lastsMs: number): void {
    const { world } = this;
    route[name] = world.random.spread(1, 1.2 * LONGEST_LEASE_MS);
    world.after(Math.max(lastsMs, 2 * route[name]), () => (route[name] = 0));
  }

  /** Its pool leads to a copy, as after a failover that only its session took part in. */
  private movePool(instance: SimulatedInstance): void {
    // Without a lease there is nothing to be read back.
    if (instance.leaseMs === 0) return;
    const { database } = this.troubled;
    instance.movePool(database.copy());
    // Longer than until the next renewal, with which it is noticed.
    const lastsMs = this.world.random.between(3, 7) * LONGEST_LEASE_MS;
    this.world.after(lastsMs, () => instance.movePool(database));
  }

  /** What lies between delivers again, but not on connections that were open before. */
  private moveSession(instance: SimulatedInstance): void {
    instance.route.isCut = true;
    this.world.after(1, () => {
      instance.route.isCut = false;
      instance.breakSession();
    });
  }

  private restartDatabase(lastsMs: number): void {
    const { database, instances } = this.troubled;
    database.stop();
    for (const instance of instances) instance.breakSession();
    this.world.after(lastsMs, () => database.start());
  }
}
