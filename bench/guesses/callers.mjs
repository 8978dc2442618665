// Good callers: a few hundred requests a second, sent whether the earlier ones are answered or not.
import { Agent, request } from 'node:http';
import { answer } from '../support/answer.mjs';
import { Keys } from '../support/keys.mjs';

const REMEMBERED_KEYS = 100;
/** Requests a second. */
const RATE = { remembered: 200, first: 100 };
const TICK_MS = 1;

const keys = await Keys.read(process.env.KEYS);
const agent = new Agent({ keepAlive: true });
let [nextRemembered, nextFirst] = [0, REMEMBERED_KEYS];

answer({
  /** Lets the service remember the keys that it shall. */
  warmUp: async ({ url }) => {
    for (let at = 0; at < REMEMBERED_KEYS; at += 1) await ask(url, keys.text(at), '198.51.100.1');
  },

  /** @returns how long each answer took, in ms, by whether the key was in memory; and how many were no 200 */
  run: async ({ url, seconds }) => {
    const [took, refused, answers] = [{ remembered: [], first: [] }, { remembered: 0, first: 0 }, []];
    const send = (kind, key, ip) => {
      const beginning = performance.now();
      const done = ask(url, key, ip).then((status) => {
        if (status === 200) took[kind].push(performance.now() - beginning);
        else refused[kind] += 1;
      });
      answers.push(done);
    };
    await evenly(RATE, seconds, (kind) => {
      if (kind === 'remembered') send(kind, keys.text(nextRemembered++ % REMEMBERED_KEYS), '198.51.100.1');
      else if (nextFirst < keys.count) send(kind, keys.text(nextFirst++), `198.51.${nextFirst % 100}.1`);
      else throw new Error('All keys have been used.');
    });
    await Promise.all(answers);
    return { took, refused };
  },
});

/** Calls `send` with each kind as often a second as the rates say, whatever becomes of it. */
function evenly(rates, seconds, send) {
  const beginning = performance.now();
  const sent = Object.fromEntries(Object.keys(rates).map((kind) => [kind, 0]));
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      const passed = Math.min(seconds, (performance.now() - beginning) / 1000);
      try {
        for (const kind in rates) for (; sent[kind] < rates[kind] * passed; sent[kind] += 1) send(kind);
      } catch (error) {
        clearInterval(timer);
        reject(error);
        return;
      }
      if (passed < seconds) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
}

/** @returns the status of the answer; 0 if there is none */
function ask(url, key, ip) {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${key}`, 'x-forwarded-for': ip };
    const sent = request(`${url}/api/v1/me`, { agent, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    sent.on('error', () => resolve(0));
    sent.end();
  });
}
