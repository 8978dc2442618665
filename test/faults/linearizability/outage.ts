import { setTimeout } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import type { Exchange } from './caller.js';
import type { Cluster } from './cluster.js';
import type { Instance } from './instance.js';

const EVERY_MS = 20;
const TIMEOUT_MS = 30_000;
const RECOVERY_MS = 60_000;
/** How long the outage lasts after the first 503. */
const GOES_ON_MS = 5000;

/** What an instance answered a living key while it could not reach the database. Times in milliseconds from that moment on. */
export interface Outage {
  /** When the last verification began that was answered from memory. */
  lastAccepted: number;
  /** When the first 503 came. */
  first503: number;
  /** The longest time that a 503 took. */
  slowest503: number;
  /** From the end of the outage until the key was accepted again. */
  recovered: number;
  /** From the end of the outage until it answered from memory again, measured in steps of its renewals. */
  fromMemory: number;
  /** Answers other than 200 and 503 `store.unavailable`, and requests without an answer. */
  others: string[];
}

/** Takes the database away from an instance and gives it back, and verifies a key there every few milliseconds. */
export async function observeOutage(
  cluster: Cluster,
  instance: Instance,
  takeAway: () => void | Promise<void>,
  giveBack: () => void | Promise<void>,
): Promise<Outage> {
  const secret = await createKey(cluster, instance);
  const seen: Exchange[] = [];
  const asked: Promise<void>[] = [];
  const ask = async () => {
    const headers = { authorization: `Bearer ${secret}` };
    seen.push(await instance.caller.ask({ method: 'GET', path: '/me', headers, timeoutMs: TIMEOUT_MS }));
  };
  const first = (status: number, since: number) =>
    eventually(
      `an answer ${status}`,
      () => seen.find(({ start, answer }) => start > since && answer?.status === status),
      RECOVERY_MS,
    );

  const asking = setInterval(() => asked.push(ask()), EVERY_MS);
  await cluster.holdLeases(RECOVERY_MS);
  await first(200, 0);
  await takeAway();
  const gone = performance.now();
  const { end: first503 } = await first(503, gone);
  await setTimeout(GOES_ON_MS);
  await giveBack();
  const back = performance.now();
  await first(200, back);
  await cluster.holdLeases(RECOVERY_MS);
  const fromMemory = performance.now() - back;
  clearInterval(asking);
  await Promise.all(asked);

  const during = seen.filter(({ start }) => start > gone && start < back);
  const accepted = during.filter(({ end, answer }) => answer?.status === 200 && end < back);
  const refused = seen.filter(({ answer }) => answer?.status === 503);
  const again = seen.filter(({ end, answer }) => end > back && answer?.status === 200);
  const isExpected = ({ answer }: Exchange) =>
    answer?.status === 200 || (answer?.status === 503 && answer.body['code'] === 'store.unavailable');
  return {
    lastAccepted: Math.max(0, ...accepted.map(({ start }) => start - gone)),
    first503: first503 - gone,
    slowest503: Math.max(...refused.map(({ start, end }) => end - start)),
    recovered: Math.min(...again.map(({ end }) => end - back)),
    fromMemory,
    others: seen.filter((one) => !isExpected(one)).map(({ answer }) => JSON.stringify(answer ?? 'no answer')),
  };
}

async function createKey({ operatorKey }: Cluster, { caller }: Instance): Promise<string> {
  const create = async (path: string, body: object, workspace?: string) => {
    const headers = {
      authorization: `Bearer ${operatorKey}`,
      ...(workspace !== undefined && { 'x-workspace-id': workspace }),
    };
    const { answer } = await caller.ask({ method: 'POST', path, headers, body, timeoutMs: TIMEOUT_MS });
    if (answer?.status !== 201) throw new Error(`POST ${path} was answered ${JSON.stringify(answer)}.`);
    return answer.body;
  };
  const { id } = await create('/workspace', { name: `Outage ${performance.now()}` });
  const { apiKey } = await create('/apikey', { keyName: 'Lasting', permissions: ['apikeys:view'] }, String(id));
  return String(apiKey);
}
