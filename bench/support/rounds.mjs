/**
 * Lets contenders take turns, A B C A B C …, so that what else happens on the machine meets all of them.
 *
 * @param measure called with a contender and the number of the round
 * @returns for each contender its measurements, one for each round
 */
export async function alternate(contenders, rounds, measure) {
  const results = new Map(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of contenders) {
      results.get(contender).push(await measure(contender, round));
      process.stderr.write('.');
    }
  }
  process.stderr.write('\n');
  return results;
}

export function median(values) {
  return quantile(values, 0.5);
}

export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at - Math.floor(at));
}
