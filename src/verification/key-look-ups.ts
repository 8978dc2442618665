import { MOST_IN_ONE_STATEMENT } from '../api-keys/look-up/keys-by-hash.js';
import { TooManyLookUpsError } from '../identity/errors.js';
import type { Revocations } from '../revocation/revocations.js';
import type { KeyCache } from './key-cache.js';
import type { CachedWorkspace } from './cached-key.js';
import { LookUpGate } from './look-up-gate.js';
import type { FoundKey, KeyStore } from './key-store.js';

const MOST_WAITING = 1024;

interface Wanted {
  hash: string;
  /** By source and hash. */
  name: string;
}

/**
 * Asks the database for keys that are not in memory: in few statements at a time, fairly among sources. Acceptable keys are
 * remembered.
 */
export class KeyLookUps {
  /** By hash. */
  private running = new Map<string, Promise<FoundKey>>();
  /** By source and hash. */
  private readonly waiting = new Map<string, Promise<FoundKey>>();
  private readonly gate: LookUpGate<Wanted, FoundKey>;

  constructor(
    private readonly keys: KeyStore,
    private readonly cache: KeyCache,
    private readonly revocations: Revocations,
  ) {
    this.gate = new LookUpGate(
      {
        atOnce: keys.lookUpsAtOnce,
        ofOneStatement: MOST_IN_ONE_STATEMENT,
        ofOneSource: TooManyLookUpsError.ofOneSource,
        waiting: MOST_WAITING,
      },
      (wanted) => this.begin(wanted),
    );
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
   * @throws {TooManyLookUpsError} at once, or when others need the place.
   * @throws {StoreUnavailableError}
   */
  find(hash: string, source: string): Promise<FoundKey> {
    return this.shared(hash, source) ?? this.inTurn(hash, source);
  }

  /** @throws {TooManyLookUpsError} if {@link find} would, for what its source has too many of. */
  assertRoomFor(hash: string, source: string): void {
    if (!this.shared(hash, source)) this.gate.assertRoomFor(source);
  }

  /** To be called with every revocation: no look-up that starts now may join one that started before. */
  evict(): void {
    this.running = new Map();
  }

  /** A look-up of the same key to share. */
  private shared(hash: string, source: string): Promise<FoundKey> | undefined {
    return this.joined(hash) ?? this.waiting.get(nameOf(hash, source));
  }

  private joined(hash: string): Promise<FoundKey> | undefined {
    // Cut off from revocations, a look-up that runs may have read what has been revoked since.
    return this.revocations.mayServeFromMemory() ? this.running.get(hash) : undefined;
  }

  private inTurn(hash: string, source: string): Promise<FoundKey> {
    const name = nameOf(hash, source);
    const found = this.gate.run(source, { hash, name });
    this.waiting.set(name, found);
    found.catch(() => {
      if (this.waiting.get(name) === found) this.waiting.delete(name);
    });
    return found;
  }

  private begin(wanted: Wanted[]): Promise<FoundKey>[] {
    for (const { name } of wanted) this.waiting.delete(name);
    const joined = new Map(wanted.map(({ hash }) => [hash, this.joined(hash)]));
    const missing = [...joined.keys()].filter((hash) => !joined.get(hash));
    const found = missing.length > 0 ? this.read(missing) : [];
    missing.forEach((hash, at) => joined.set(hash, found[at]));
    return wanted.map(({ hash }) => joined.get(hash) as Promise<FoundKey>);
  }

  private read(hashes: string[]): Promise<FoundKey>[] {
    // Without a lease no revocation is heard, so what is read now may not be joined or remembered later.
    if (!this.revocations.mayServeFromMemory()) return this.ask(hashes, aloneIn);
    const { running, cache } = this;
    const fill = cache.open();
    const all = this.ask(hashes, (id) => cache.workspace(id, fill)).map((asked, at) => {
      const hash = hashes[at] ?? '';
      const found = asked.then((each) => {
        if (each.state === 'acceptable') cache.add(each.key, fill);
        return each;
      });
      running.set(hash, found);
      const done = (): void => {
        if (running.get(hash) === found) running.delete(hash);
      };
      found.then(done, done);
      return found;
    });
    void Promise.allSettled(all).then(() => cache.close(fill));
    return all;
  }

  /** Each of them throws {@link StoreUnavailableError} also if what would be read is known to be out of date. */
  private ask(hashes: string[], workspaceOf: (id: string) => CachedWorkspace): Promise<FoundKey>[] {
    try {
      this.revocations.assertReadable();
    } catch (error) {
      return hashes.map(() => Promise.reject(error as Error));
    }
    return this.keys.find(hashes, workspaceOf);
  }
}

function nameOf(hash: string, source: string): string {
  return `${source} ${hash}`;
}

/** The workspace of a key that will not be remembered. */
function aloneIn(id: string): CachedWorkspace {
  return { id, revoked: false, held: 0 };
}
