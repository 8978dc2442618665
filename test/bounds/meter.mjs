import { Buffer } from 'node:buffer';
import { closeSync, openSync, readSync } from 'node:fs';
import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';

/**
 * Loaded ahead of the service: tells the longest time in milliseconds that one turn of the event loop took since it was
 * last asked. A turn counts by the processor time of the thread, or by the clock if that says less: other programs may
 * interrupt it, and other threads work next to it.
 */
let longest = 0;
const processorTime = meterOfThread() ?? meterOfProcess;
let [clock, used] = [performance.now(), processorTime()];

/** Linux tells what the main thread alone has used, in nanoseconds, as the first number of this file. */
function meterOfThread() {
  const bytes = Buffer.alloc(64);
  try {
    const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
    const read = () => parseInt(bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0)), 10) / 1e6;
    if (read() > 0) return read;
    closeSync(file);
  } catch {
    // Another system: the process is asked.
  }
  return undefined;
}

function meterOfProcess() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function turn() {
  const [now, usedNow] = [performance.now(), processorTime()];
  longest = Math.max(longest, Math.min(now - clock, usedNow - used));
  [clock, used] = [now, usedNow];
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
