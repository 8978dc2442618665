import { KeyUses } from '../../dist/esm/usage/counting/key-uses.js';
import { UsageService } from '../../dist/esm/usage/usage.service.js';
import { KeyVerifier } from '../../dist/esm/verification/key-verifier.js';
import { answer } from '../support/answer.mjs';
import { idOf, Keys } from '../support/keys.mjs';
import { openLatchkey } from '../support/latchkey.mjs';

const HOUR_MS = 3_600_000;
const NEEDED = { permissions: ['orders:read'] };
const UNCOUNTED = { grant: () => {}, deny: () => {}, limit: () => {}, takeBack: () => {} };
const MOST_AT_ONCE = 10_000;

let keys;
let uses;
let verifier;
let counted;
let usage;
let actor;

const WAYS = {
  'the same key': () => verifier.verify(keys.text(0)),
  'the same key, with a permission': () => verifier.verify(keys.text(0), NEEDED),
  // As a header comes: the same text, and not the same string.
  'the same key and client': (at) =>
    verifier.verify(keys.text(0), { client: { userAgent: textOf('worker/', at % 1) } }),
  '1,000 keys': (at) => verifier.verify(keys.text((at * 7919) % 1000)),
  'two clients in turn': (at) => verifier.verify(keys.text(0), { client: { userAgent: textOf('worker/', at % 2) } }),
  'a new client each time': (at) => verifier.verify(keys.text(0), { client: { userAgent: textOf('worker/', at) } }),
};

answer({
  open: async ({ url, workspaceId, ...settings }) => {
    keys = await Keys.read(settings.keys);
    const latchkey = await openLatchkey(url, { cacheSize: 10_000 });
    [uses, verifier, usage] = [latchkey.get(KeyUses), latchkey.get(KeyVerifier), latchkey.get(UsageService)];
    actor = latchkey.actorIn(workspaceId);
    counted = uses.accepted.bind(uses);
    for (let at = 0; at < 1000; at += 1) await verifier.verify(keys.text(at));
    await uses.flush();
    return { ways: Object.keys(WAYS) };
  },
  /** Nanoseconds of the processor for each verification. What is counted is collected as often as in a busy service. */
  measure: async ({ way, counted: isCounted, count }) => {
    const verify = WAYS[way];
    uses.accepted = isCounted ? counted : () => UNCOUNTED;
    let time = 0;
    for (let at = 0; at < count; at += MOST_AT_ONCE) {
      const before = process.cpuUsage();
      for (let one = at; one < at + MOST_AT_ONCE; one += 1) verify(one);
      const { user, system } = process.cpuUsage(before);
      time += user + system;
    }
    uses.accepted = counted;
    await uses.flush();
    return (time * 1000) / count;
  },
  report: async ({ rounds }) => {
    const now = Date.now();
    const periods = {
      '90 days': {},
      '7 days': { from: new Date(now - 6.9 * 24 * HOUR_MS) },
      '3 hours': { from: new Date(now - 2.9 * HOUR_MS) },
    };
    const results = [];
    for (const [key, who] of [
      [500, 'a key with one client'],
      [0, 'a key with 200 clients each minute'],
    ]) {
      for (const [period, query] of Object.entries(periods)) {
        const ms = [];
        for (let round = 0; round < rounds + 2; round += 1) {
          const beginning = performance.now();
          await usage.report(actor, idOf(key), query);
          ms.push(performance.now() - beginning);
        }
        results.push({ name: `${who}, ${period}`, ms: ms.slice(2) });
      }
    }
    return results;
  },
});

function textOf(name, number) {
  return [name, number].join('');
}
