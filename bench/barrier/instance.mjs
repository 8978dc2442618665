// An instance that deletes, and measures what its barrier waits: from the commit until all instances have answered.
import { ApiKeysService } from '../../dist/esm/api-keys/api-keys.service.js';
import { RevocationBarrier } from '../../dist/esm/events/revocation.js';
import { Revocations } from '../../dist/esm/revocation/revocations.js';
import { KeyVerifier } from '../../dist/esm/verification/key-verifier.js';
import { answer } from '../support/answer.mjs';
import { idOf, Keys } from '../support/keys.mjs';
import { openLatchkey } from '../support/latchkey.mjs';

let latchkey;
let actor;
let keys;
let waits = [];

answer({
  open: async ({ url, workspaceId, keys: path }) => {
    latchkey = await openLatchkey(url);
    actor = latchkey.actorIn(workspaceId);
    keys = await Keys.read(path);
    const barrier = latchkey.get(RevocationBarrier);
    const stage = barrier.stage.bind(barrier);
    barrier.stage = async (...given) => {
      const staged = await stage(...given);
      const confirmed = async () => {
        const beginning = performance.now();
        await staged.confirmed();
        waits.push(performance.now() - beginning);
      };
      return { ...staged, confirmed };
    };
  },
  /** Takes keys into memory, so that there is something to evict. */
  warm: async ({ from, to }) => {
    const verifier = latchkey.get(KeyVerifier);
    for (let at = from; at < to; at += 1) {
      const { valid } = await verifier.verify(keys.text(at));
      if (!valid) throw new Error('A stored key was refused.');
    }
    return latchkey.get(Revocations).statistics().leaseValid;
  },
  /** @returns the milliseconds that each deletion waited */
  remove: async ({ from, to, callers }) => {
    waits = [];
    let at = from;
    const call = async () => {
      while (at < to) {
        at += 1;
        await latchkey.get(ApiKeysService).delete(actor, idOf(at - 1), {});
      }
    };
    await Promise.all(Array.from({ length: callers }, call));
    return waits;
  },
});
