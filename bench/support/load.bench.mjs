import { Contender } from './contender.mjs';
import { alternate, median } from './rounds.mjs';

const WARM_UP_ROUNDS = 2;
// What has not run for a while is slower at first, whichever of the server's routes comes first.
const LEAD_IN_SECONDS = 0.5;

/**
 * Loads servers in turn, and measures each.
 *
 * @param targets each with its `contender`, which tells its CPU time, and its `requests`
 * @returns for each target the medians: microseconds of CPU for each request, and requests a second
 */
export async function measureServers(targets, { rounds, connections, quick }) {
  const load = Contender.start('the load', './load.mjs', import.meta.url);
  const seconds = quick ? 1 : 2;
  const measured = await alternate(targets, rounds + WARM_UP_ROUNDS, async ({ contender, url, requests }) => {
    await load.ask('run', { url, connections, seconds: LEAD_IN_SECONDS, requests });
    const before = await contender.ask('cpu');
    const { answered, seconds: took } = await load.ask('run', { url, connections, seconds, requests });
    const after = await contender.ask('cpu');
    const cpu = after.user + after.system - before.user - before.system;
    return { cpu: cpu / answered, rate: answered / took };
  });
  await load.stop();
  return targets.map((target) => {
    const rest = measured.get(target).slice(WARM_UP_ROUNDS);
    return { target, cpu: median(rest.map(({ cpu }) => cpu)), rate: median(rest.map(({ rate }) => rate)) };
  });
}
