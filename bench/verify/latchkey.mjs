// Latchkey's own module, with the keys in its database and, once they have been asked for, in its memory.
import { KeyUses } from '../../dist/esm/usage/counting/key-uses.js';
import { KeyVerifier } from '../../dist/esm/verification/key-verifier.js';
import { openLatchkey } from '../support/latchkey.mjs';
import { answerVerifications } from './measure.mjs';

const CALLERS = 64;
const KEYS_OF_A_FLUSH = 10_000;
const NEEDED = { permissions: ['orders:read'] };

answerVerifications(async ({ url, size, workspaceId }, keys) => {
  const latchkey = await openLatchkey(url, { cacheSize: size + 1000 });
  const verifier = latchkey.get(KeyVerifier);
  const uses = latchkey.get(KeyUses);
  // Keys that are used are written down every second, in another thread's time; here it is measured by itself.
  const flush = uses.flush.bind(uses);
  uses.tick = async () => void uses.counts.collect();

  const before = heapUsed();
  const missNs = await fill(verifier, keys, size);
  uses.counts.collect();
  const { cached } = verifier.statistics();
  if (cached !== size) throw new Error(`${cached} of ${size} keys are in memory.`);
  const bytes = (heapUsed() - before) / size;

  const used = Math.min(size, KEYS_OF_A_FLUSH);
  for (let at = 0; at < used; at += 1) await verifier.verify(keys.text(at));
  const beginning = process.hrtime.bigint();
  await flush();
  const flushNs = Number(process.hrtime.bigint() - beginning) / used;

  const within = { ...NEEDED, workspaceId };
  return {
    ways: {
      verify: (key) => verifier.verify(key).valid === true,
      permitted: (key) => verifier.verify(key, within).valid === true,
    },
    missNs,
    bytes,
    flushNs,
  };
});

/** @returns nanoseconds for each key */
async function fill(verifier, keys, size) {
  let at = 0;
  const call = async () => {
    while (at < size) {
      at += 1;
      const { valid } = await verifier.verify(keys.text(at - 1));
      if (!valid) throw new Error('A stored key was refused.');
    }
  };
  const beginning = process.hrtime.bigint();
  await Promise.all(Array.from({ length: CALLERS }, call));
  return Number(process.hrtime.bigint() - beginning) / size;
}

function heapUsed() {
  for (let times = 0; times < 3; times += 1) global.gc();
  return process.memoryUsage().heapUsed;
}
