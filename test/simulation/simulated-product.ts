import { ApiKeyNotFoundError } from '../../src/api-keys/errors.js';
import type { Database } from '../../src/database/database.js';
import type { FeatureTables } from '../../src/events/feature-tables.js';
import { UnitOfWork } from '../../src/events/unit-of-work.js';
import { PermissionSet } from '../../src/identity/permission-set.js';
import { Principal } from '../../src/identity/principal.js';
import { Clock } from '../../src/kernel/clock.js';
import { StoreInUseError, StoreUnavailableError } from '../../src/database/errors.js';
import type { Revocations } from '../../src/revocation/revocations.js';
import { KeyVerifier } from '../../src/verification/key-verifier.js';
import { CachedKey, type CachedWorkspace } from '../../src/verification/cached-key.js';
import type { FoundKey, KeyStore } from '../../src/verification/key-store.js';
import type { SimulatedKey } from './simulated-database.js';
import type { SimulatedMachine } from './simulated-machine.js';

const ACTOR = Principal.system('simulation');
const NO_METADATA = {};
const WORKSPACE = 'one';
const LOOK_UPS_AT_ONCE = 8;

/** What the product does in one process: its verifier and its unit of work, on simulated clocks and a simulated store. */
export class SimulatedProduct {
  readonly verifier: KeyVerifier;
  private readonly unitOfWork: UnitOfWork;

  /** @param lookUp reads keys by their hashes, outside of any transaction */
  constructor(
    machine: SimulatedMachine,
    revocations: Revocations,
    transaction: Database['transaction'],
    lookUp: (hashes: string[]) => Promise<(SimulatedKey | undefined)[]>,
    cacheSize: number,
  ) {
    const clock = Object.assign(new Clock(), { time: () => machine.date() });
    const keys = {
      lookUpsAtOnce: LOOK_UPS_AT_ONCE,
      find: (hashes: string[], workspaceOf: (id: string) => CachedWorkspace) => {
        const answer = lookUp(hashes);
        return hashes.map(async (hash, at) => foundKey(hash, (await answer)[at], workspaceOf));
      },
    };
    this.verifier = new KeyVerifier(
      keys as unknown as KeyStore,
      revocations,
      undefined as never,
      { accepted: () => undefined, refused: () => undefined } as never,
      { record: () => Promise.resolve() } as never,
      clock,
      { cacheSize } as never,
    );
    this.unitOfWork = new UnitOfWork(
      { transaction, changesAtOnce: Infinity } as unknown as Database,
      { run: () => Promise.resolve() } as never,
      revocations,
      clock,
      { notify: () => undefined } as never,
      { workspaces: 'latchkey_workspaces' } as FeatureTables,
    );
  }

  /** Deletes a key as the service does. Resolves when it is acknowledged, also that it is gone already. */
  async delete(hash: string, keyId: string): Promise<void> {
    try {
      await this.unitOfWork.run(ACTOR, async (work) => {
        work.revoke({ keyId });
        const [found] = await work.query<boolean>(hash);
        if (!found) throw new ApiKeyNotFoundError(keyId);
      });
    } catch (error) {
      if (!(error instanceof ApiKeyNotFoundError)) throw error;
    }
  }
}

/** Whether a command failed as commands may: it says that it was not, or may not have been, carried out. */
export function isHonestFailure(error: unknown): boolean {
  if (error instanceof StoreUnavailableError || error instanceof StoreInUseError) return true;
  return (error as { code?: string }).code === 'revocation.unconfirmed';
}

function foundKey(hash: string, key: SimulatedKey | undefined, workspaceOf: (id: string) => CachedWorkspace): FoundKey {
  if (!key || key.isDeleted) return { state: 'deleted', key: null };
  const remembered = new CachedKey({
    hash,
    id: key.id,
    name: key.id,
    workspace: workspaceOf(WORKSPACE),
    permissions: PermissionSet.none,
    owner: null,
    rateLimit: null,
    metadata: NO_METADATA,
    metadataLength: 2,
    allowedIps: null,
    expiresAt: null,
  });
  return { state: 'acceptable', key: remembered };
}
