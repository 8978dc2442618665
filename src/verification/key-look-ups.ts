import { TooManyLookUpsError } from '../common/latchkey-error.js';
import type { Revocations } from '../revocation/revocations.js';
import type { KeyCache } from './key-cache.js';
import { LookUpGate } from './look-up-gate.js';
import type { FoundKey, StoredKeys } from './stored-keys.js';

const MOST_WAITING = 1024;

/** Asks the database for keys that are not in memory: few at a time, fairly among sources. Acceptable keys are remembered. */
export class KeyLookUps {
  /** By hash. */
  private running = new Map<string, Promise<FoundKey>>();
  /** By source and hash. */
  private readonly waiting = new Map<string, Promise<FoundKey>>();
  /** Changes with every revocation: what was read before is not remembered after. */
  private generation = 0;
  private readonly gate: LookUpGate;

  constructor(
    private readonly keys: StoredKeys,
    private readonly cache: KeyCache,
    private readonly revocations: Revocations,
  ) {
    this.gate = new LookUpGate({
      atOnce: keys.lookUpsAtOnce,
      ofOneSource: TooManyLookUpsError.ofOneSource,
      waiting: MOST_WAITING,
    });
  }

  /** Look-ups that run or wait now. */
  get pending(): number {
    return this.gate.pending;
  }

  /** Look-ups refused so far. */
  get refused(): number {
    return this.gate.refused;
  }

  /**
   * Finds the key with this hash, together with all that ask for it at this moment.
   *
   * @param source on whose account; each may have a bounded number at a time
   * @throws {TooManyLookUpsError}
   * @throws {StoreUnavailableError}
   */
  find(hash: string, source: string): Promise<FoundKey> {
    return this.joined(hash) ?? this.inTurn(hash, source);
  }

  /** To be called with every revocation: no look-up that starts now may join one that started before. */
  forget(): void {
    this.generation += 1;
    this.running = new Map();
  }

  private joined(hash: string): Promise<FoundKey> | undefined {
    // Cut off from revocations, a look-up that runs may have read what has been revoked since.
    return this.revocations.mayServeFromMemory() ? this.running.get(hash) : undefined;
  }

  private inTurn(hash: string, source: string): Promise<FoundKey> {
    const name = `${source} ${hash}`;
    const waiting = this.waiting.get(name);
    if (waiting) return waiting;
    const found = this.gate.run(source, () => {
      this.waiting.delete(name);
      return this.joined(hash) ?? this.read(hash);
    });
    this.waiting.set(name, found);
    found.catch(() => {
      if (this.waiting.get(name) === found) this.waiting.delete(name);
    });
    return found;
  }

  private read(hash: string): Promise<FoundKey> {
    // Without a lease no revocation is heard, so what is read now may not be joined or remembered later.
    if (!this.revocations.mayServeFromMemory()) return this.ask(hash);
    const { running } = this;
    const found = this.readToRemember(hash);
    running.set(hash, found);
    const done = (): void => {
      if (running.get(hash) === found) running.delete(hash);
    };
    found.then(done, done);
    return found;
  }

  private async readToRemember(hash: string): Promise<FoundKey> {
    const { generation } = this;
    const found = await this.ask(hash);
    if (found.state === 'acceptable' && generation === this.generation) this.cache.add(found.key);
    return found;
  }

  /** @throws {StoreUnavailableError} also if what would be read is known to be out of date. */
  private async ask(hash: string): Promise<FoundKey> {
    this.revocations.assertReadable();
    return this.keys.find(hash, (id) => this.cache.workspace(id));
  }
}
