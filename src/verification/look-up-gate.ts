import { StoreUnavailableError } from '../database/errors.js';
import { TooManyLookUpsError } from '../identity/errors.js';
import { withoutStack } from '../kernel/without-stack.js';

export interface LookUpLimits {
  /** Statements that run at a time. */
  atOnce: number;
  /** Look-ups in one statement. */
  ofOneStatement: number;
  /** Look-ups of one source that run or wait. */
  ofOneSource: number;
  /** Look-ups of all sources that wait. */
  waiting: number;
}

interface LookUp<Item, Result> {
  item: Item;
  source: Source<Item, Result>;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

interface Source<Item, Result> {
  name: string;
  running: number;
  /** Oldest first. */
  waiting: LookUp<Item, Result>[];
}

/**
 * Lets look-ups run: a few statements at a time, each with those that wait at that moment. The sources take turns, so that
 * one that asks for much holds up itself alone. When too many wait, the newest of the source with the most is refused: a
 * source that asks for little gets in, however many others there are.
 */
export class LookUpGate<Item, Result> {
  private readonly sources = new Map<string, Source<Item, Result>>();
  /** The sources with look-ups that wait, next one first. */
  private readonly turns = new Set<Source<Item, Result>>();
  private statements = 0;
  private running = 0;
  private waiting = 0;
  private refusals = 0;
  private soon: NodeJS.Immediate | undefined;

  /** @param lookUp runs one statement: gives a promise for each item, in their order, and throws nothing itself */
  constructor(
    private readonly limits: LookUpLimits,
    private readonly lookUp: (items: Item[]) => Promise<Result>[],
  ) {}

  /** Look-ups that run or wait now. */
  get pending(): number {
    return this.running + this.waiting;
  }

  /** Look-ups refused so far. */
  get refused(): number {
    return this.refusals;
  }

  /**
   * Looks the item up when its turn comes; never at once, so that those that come together share a statement.
   *
   * @throws {TooManyLookUpsError} at once if its source, or all sources together, have too many; or when another needs the place.
   * @throws {StoreUnavailableError} if the store gave up a look-up while this one waited.
   */
  run(name: string, item: Item): Promise<Result> {
    this.assertRoomFor(name);
    const source = this.sources.get(name) ?? { name, running: 0, waiting: [] };
    if (this.waiting >= this.limits.waiting) this.makeRoomFor(source);
    return new Promise((resolve, reject) => {
      this.sources.set(name, source);
      this.turns.add(source);
      this.waiting += 1;
      source.waiting.push({ item, source, resolve, reject });
      if (this.statements < this.limits.atOnce) this.runSoon();
    });
  }

  /** @throws {TooManyLookUpsError} if the source has too many look-ups. */
  assertRoomFor(name: string): void {
    const source = this.sources.get(name);
    if (source && source.running + source.waiting.length >= this.limits.ofOneSource) throw this.refusal();
  }

  private runSoon(): void {
    this.soon ??= setImmediate(() => {
      this.soon = undefined;
      this.runNext();
    });
  }

  private runNext(): void {
    while (this.statements < this.limits.atOnce && this.waiting > 0) this.runTogether(this.takeTurns());
  }

  /** Those whose turn it is: one of each source, as often as there is room. */
  private takeTurns(): LookUp<Item, Result>[] {
    const taken: LookUp<Item, Result>[] = [];
    while (taken.length < this.limits.ofOneStatement) {
      const [source] = this.turns;
      const next = source?.waiting[0];
      if (!source || !next) break;
      // Runs before it waits no longer, so that its source stays.
      source.running += 1;
      this.running += 1;
      this.leave(next);
      if (this.turns.delete(source)) this.turns.add(source);
      taken.push(next);
    }
    return taken;
  }

  private runTogether(lookUps: LookUp<Item, Result>[]): void {
    this.statements += 1;
    let unanswered = lookUps.length;
    const end = ({ source }: LookUp<Item, Result>): void => {
      source.running -= 1;
      this.running -= 1;
      this.release(source);
      unanswered -= 1;
      if (unanswered > 0) return;
      this.statements -= 1;
      this.runNext();
    };
    const results = this.lookUp(lookUps.map(({ item }) => item));
    lookUps.forEach((lookUp, at) => {
      results[at]?.then(
        (result) => {
          lookUp.resolve(result);
          end(lookUp);
        },
        (error: unknown) => {
          if (error instanceof StoreUnavailableError) this.giveUp(error);
          lookUp.reject(error);
          end(lookUp);
        },
      );
    });
  }

  /** Refuses the newest look-up of the source that waits for most: perhaps the one that would come to wait. */
  private makeRoomFor(newcomer: Source<Item, Result>): void {
    let largest = newcomer;
    for (const source of this.turns) if (source.waiting.length > largest.waiting.length) largest = source;
    const newest = largest.waiting.at(-1);
    if (largest === newcomer || !newest) throw this.refusal();
    this.leave(newest);
    newest.reject(this.refusal());
  }

  /** A store that does not answer in time keeps nobody waiting for another look-up that it will not answer. */
  private giveUp(error: StoreUnavailableError): void {
    for (const { waiting } of this.turns) {
      for (const lookUp of [...waiting]) {
        this.leave(lookUp);
        lookUp.reject(error);
      }
    }
  }

  private leave(lookUp: LookUp<Item, Result>): void {
    const { source } = lookUp;
    source.waiting.splice(source.waiting.indexOf(lookUp), 1);
    this.waiting -= 1;
    if (source.waiting.length === 0) this.turns.delete(source);
    this.release(source);
  }

  private release(source: Source<Item, Result>): void {
    if (source.running + source.waiting.length === 0) this.sources.delete(source.name);
  }

  private refusal(): TooManyLookUpsError {
    this.refusals += 1;
    return withoutStack(() => new TooManyLookUpsError());
  }
}
