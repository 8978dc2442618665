// Asks a server for as much as it can answer, from a process of its own.
import autocannon from 'autocannon';
import { answer } from './answer.mjs';

answer({
  /** @returns how many requests were answered, all with 200, in how many seconds */
  run: async ({ url, connections, seconds, requests }) => {
    const sleep = stayAwake();
    const result = await autocannon({ url, connections, duration: seconds, requests });
    sleep();
    const { '2xx': answered, non2xx, errors, duration } = result;
    if (non2xx + errors > 0) throw new Error(`${non2xx} other answers, ${errors} errors from ${url}.`);
    return { answered, seconds: duration };
  },
});

/**
 * Keeps this process looking for answers, instead of being woken by them. Waking is work of the server that answers, here
 * where both are on one machine: the slower the server, the more often its load has nothing to do and falls asleep.
 */
function stayAwake() {
  let isAwake = true;
  const look = () => {
    if (isAwake) setImmediate(look);
  };
  look();
  return () => (isAwake = false);
}
