import { KeyVerifier } from '../../../src/verification/key-verifier.js';
import { Revocations } from '../../../src/revocation/revocations.js';
import { eventually } from '../../support/eventually.js';
import type { RunningService } from '../../support/service.js';

/** Whether an instance accepts a key at this moment, for these permissions. */
export async function accepts({ app }: RunningService, secret: string, permissions: string[] = []): Promise<boolean> {
  return (await app.get(KeyVerifier, { strict: false }).verify(secret, { permissions })).valid;
}

/** Has an instance answer a key from memory. */
export async function remember(instance: RunningService, secret: string): Promise<void> {
  const verifier = instance.app.get(KeyVerifier, { strict: false });
  const revocations = instance.app.get(Revocations, { strict: false });
  await eventually('it answers from memory', async () => {
    if (!revocations.mayServeFromMemory()) return undefined;
    await verifier.verify(secret);
    const { hits } = verifier.statistics();
    await verifier.verify(secret);
    return verifier.statistics().hits > hits || undefined;
  });
}
