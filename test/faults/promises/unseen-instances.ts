import type { LeasedRevocations } from '../../../src/revocation/leased-revocations.js';
import { Revocations } from '../../../src/revocation/revocations.js';
import { CommandLine } from '../../support/command-line.js';
import { createWorkspace, startInstance, type RunningService } from '../../support/service.js';
import { holdLock } from '../../support/write-lock.js';
import { accepts, remember } from './remembered-key.js';

/** What became of a deletion. */
export interface Deletion {
  /** The code of its refusal while the list of instances could not be read. */
  first: string;
  /** That of its repetition once it could. */
  second: string;
  /** Whether another instance accepted the key after that. */
  isAccepted: boolean;
}

export interface UnseenInstances {
  deletions: Deletion[];
  /** For how many revocations the instance still collects acknowledgements in the end. */
  open: number;
}

const CONFIRMED_LATER: Deletion = { first: 'revocation.unconfirmed', second: 'apikey.not_found', isAccepted: false };

/** What is to come of it: nothing is acknowledged before nobody accepts the key. */
export const ALL_CONFIRMED_LATER: UnseenInstances = { deletions: [CONFIRMED_LATER, CONFIRMED_LATER], open: 0 };

/**
 * An instance that remembers nothing and a command line delete a key each, and cannot read after their commits who else
 * there is.
 */
export async function deleteWithoutTheList(service: RunningService, leaseMs: number): Promise<UnseenInstances> {
  const other = await startInstance(service, { LATCHKEY_LEASE_MS: String(leaseMs) });
  const modest = await startInstance(service, { LATCHKEY_CACHE_SIZE: '0' });
  try {
    const workspace = await createWorkspace(service);
    const byInstance = async (id: string): Promise<string> => {
      const { body } = await modest.operator.in(workspace.id).delete(`/apikey/${id}`);
      return String(body.code);
    };
    const commandLine = new CommandLine(service.store);
    const byCommandLine = async (id: string): Promise<string> => {
      const command = ['key', 'delete', id, '--workspace', workspace.id, '--yes', '--json'];
      const { code, stdout, stderr } = await commandLine.run(...command);
      return code === 0 ? stdout : String(JSON.parse(stderr).code);
    };
    const begun = await Promise.all(
      [byInstance, byCommandLine].map(async (remove) => ({ remove, ...(await workspace.keyWith('apikeys:view')) })),
    );
    for (const { secret } of begun) await remember(other, secret);
    const release = await holdLock(service.store, 'LOCK TABLE latchkey_instances IN ACCESS EXCLUSIVE MODE');
    const refused = await Promise.all(begun.map(({ id, remove }) => remove(id)));
    await release();
    const deletions = await Promise.all(
      begun.map(async ({ id, secret, remove }, nth) => ({
        first: String(refused[nth]),
        second: await remove(id),
        isAccepted: await accepts(other, secret),
      })),
    );
    const revocations = modest.app.get<LeasedRevocations>(Revocations, { strict: false });
    return { deletions, open: revocations['acknowledgements'].size };
  } finally {
    await modest.stop();
    await other.stop();
  }
}
