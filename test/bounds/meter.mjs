import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';

/**
 * Loaded ahead of the service: tells the longest time in milliseconds that one turn of the event loop took since it was
 * last asked. A turn counts by the processor time of the process, or by the clock if that says less: other programs may
 * interrupt it, and threads work next to it.
 */
let longest = 0;
let [clock, used] = [performance.now(), 0];

function turn() {
  const { user, system } = process.cpuUsage();
  const now = performance.now();
  longest = Math.max(longest, Math.min(now - clock, (user + system - used) / 1000));
  [clock, used] = [now, user + system];
  setImmediate(turn).unref();
}

const server = createServer((_, response) => {
  response.end(String(longest));
  setImmediate(() => (longest = 0));
});
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.stdout.write(`Meter on http://127.0.0.1:${port}\n`);
  turn();
});
server.unref();
