import { Keys, randomNumbers } from '../support/keys.mjs';
import { answer } from '../support/answer.mjs';

const BATCH = 1000;

/**
 * Answers what the benchmark asks of a contender for verification.
 *
 * @param open prepares it: called with the settings and the keys, resolves to its `ways` to verify, by name, each a
 *   function of a key that tells (now, or by a promise) whether it is valid; and whatever else is to be told
 * @param callers how many ask at the same time; undefined: the answers come at once, and so does the next question
 */
export function answerVerifications(open, { callers } = {}) {
  let keys;
  let ways;
  answer({
    open: async (settings) => {
      keys = await Keys.read(settings.keys);
      const { ways: opened, ...facts } = await open(settings, keys);
      ways = opened;
      return { ways: Object.keys(ways), ...facts };
    },
    /** Nanoseconds for each verification, of keys of random order that is the same for all contenders. */
    measure: ({ way, size, count, seed }) => {
      const random = randomNumbers(seed);
      const batches = Math.max(1, Math.round(count / BATCH));
      const next = () => keys.text(Math.floor(random() * size));
      return callers ? measureTogether(ways[way], next, count, callers) : measureAtOnce(ways[way], next, batches);
    },
  });
}

/**
 * In CPU time, which on an idle machine is the time it takes: what else runs there does not count. Only the
 * verification is measured, not the making of the texts.
 */
function measureAtOnce(verify, next, batches) {
  let time = 0;
  for (let batch = 0; batch < batches; batch += 1) {
    const texts = Array.from({ length: BATCH }, next);
    let valid = 0;
    const before = process.cpuUsage();
    for (const text of texts) if (verify(text)) valid += 1;
    const { user, system } = process.cpuUsage(before);
    time += user + system;
    if (valid !== BATCH) throw new Error(`${BATCH - valid} keys were refused.`);
  }
  return (time * 1000) / (batches * BATCH);
}

async function measureTogether(verify, next, count, callers) {
  let left = count;
  const call = async () => {
    while (left > 0) {
      left -= 1;
      if (!(await verify(next()))) throw new Error('A key was refused.');
    }
  };
  const beginning = process.hrtime.bigint();
  await Promise.all(Array.from({ length: callers }, call));
  return Number(process.hrtime.bigint() - beginning) / count;
}
