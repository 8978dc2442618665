import { answer } from '../support/answer.mjs';
import { idOf } from '../support/keys.mjs';

/**
 * Answers what the benchmark asks of a contender for deletions.
 *
 * @param open prepares it: called with the settings, resolves to its `remove`, which deletes the key with an id and
 *   resolves once that is durable, and whatever else it answers
 */
export function answerDeletions(open) {
  let remove;
  let next = 0;
  answer({
    open: async (settings) => {
      const { remove: opened, ...facts } = await open(settings);
      remove = opened;
      return facts;
    },
    /** Deletes the next `count` keys, `callers` at a time. @returns the deletions' milliseconds, each and in all */
    measure: async ({ count, callers }) => {
      const end = next + count;
      const times = [];
      const call = async () => {
        while (next < end) {
          const id = idOf(next);
          next += 1;
          const beginning = performance.now();
          await remove(id);
          times.push(performance.now() - beginning);
        }
      };
      const beginning = performance.now();
      await Promise.all(Array.from({ length: callers }, call));
      return { all: performance.now() - beginning, times };
    },
  });
}
