// Somebody who guesses: so many keys a second, each another, as far as one of many connections is free.
import { connect } from 'node:net';
import { answer } from '../support/answer.mjs';
import { Keys } from '../support/keys.mjs';

const GUESSES = 100_000;
const CONNECTIONS = 256;
const TICK_MS = 1;

// Those that are stored come first.
const stored = Number(process.env.STORED);
const keys = Keys.make(stored + GUESSES);
let next = 0;

answer({
  /**
   * @param sources `one` or `many`, as the proxy in front of the service says
   * @param malformed whether the keys have a typo
   * @returns how many were sent and answered, by status
   */
  run: async ({ url, seconds, rate, sources, malformed }) => {
    const { hostname, port } = new URL(url);
    const statuses = {};
    const connections = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => open(hostname, Number(port), statuses)),
    );
    const sent = await new Promise((resolve) => {
      const beginning = performance.now();
      let [due, written] = [0, 0];
      const timer = setInterval(() => {
        const passed = Math.min(seconds, (performance.now() - beginning) / 1000);
        for (; due < rate * passed; due += 1) {
          const connection = free(connections);
          if (!connection) continue;
          connection.isFree = false;
          written += 1;
          connection.socket.write(guess(sources, malformed));
        }
        if (passed < seconds) return;
        clearInterval(timer);
        resolve(written);
      }, TICK_MS);
    });
    for (const { socket } of connections) socket.destroy();
    return { sent, statuses };
  },
});

let last = 0;

/** The next connection on which nothing is waited for. */
function free(connections) {
  for (let tried = 0; tried < CONNECTIONS; tried += 1) {
    last = (last + 1) % CONNECTIONS;
    if (connections[last].isFree) return connections[last];
  }
  return undefined;
}

function guess(sources, malformed) {
  next += 1;
  const key = keys.text(stored + (next % GUESSES));
  const text = malformed ? `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}` : key;
  const ip = sources === 'one' ? '203.0.113.7' : `10.${(next >> 8) & 255}.${next & 255}.1`;
  return `GET /api/v1/me HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${ip}\r\nAuthorization: Bearer ${text}\r\n\r\n`;
}

/** A connection that counts the answers it gets by their status, and reads no more of them. */
function open(hostname, port, statuses) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, hostname);
    const connection = { socket, isFree: true };
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    let rest = '';
    socket.on('data', (text) => {
      const all = rest + text;
      let from = 0;
      for (;;) {
        const at = all.indexOf('HTTP/1.1 ', from);
        if (at === -1 || at + 12 > all.length) break;
        const status = all.slice(at + 9, at + 12);
        statuses[status] = (statuses[status] ?? 0) + 1;
        connection.isFree = true;
        from = at + 12;
      }
      // The beginning of the next answer may have come.
      rest = all.slice(Math.max(from, all.length - 11));
    });
    socket.once('connect', () => resolve(connection));
    socket.on('error', reject);
  });
}
