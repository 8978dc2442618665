const LONGEST = 64;
const MOST_EDITS = 3;

/**
 * The one candidate that the text may be a misspelling of, whatever its case: one edit away for every three characters,
 * three at most. An edit inserts, deletes or replaces a character, or swaps two neighbours. Undefined if none is that
 * near, or several are equally near.
 */
export function nearest(text: string, candidates: Iterable<string>): string | undefined {
  if (text.length > LONGEST) return undefined;
  const written = text.toLowerCase();
  let fewest = Math.min(MOST_EDITS, Math.floor(written.length / 3));
  let found: string[] = [];
  for (const candidate of new Set(candidates)) {
    const edits = editsBetween(written, candidate.toLowerCase(), fewest);
    if (edits > fewest) continue;
    found = edits < fewest ? [candidate] : [...found, candidate];
    fewest = edits;
  }
  return found.length === 1 ? found[0] : undefined;
}

/** The distance of optimal string alignment, or more than `most`. Only cells that near the diagonal of its table matter. */
function editsBetween(from: string, to: string, most: number): number {
  const far = most + 1;
  if (Math.abs(from.length - to.length) > most) return far;
  let beforeLast = new Uint8Array(to.length + 1);
  let last = new Uint8Array(to.length + 1).map((_, at) => at);
  let row = new Uint8Array(to.length + 1);
  for (let i = 1; i <= from.length; i += 1) {
    const [first, end] = [Math.max(1, i - most), Math.min(to.length, i + most)];
    row[first - 1] = first === 1 ? i : far;
    let least = far;
    for (let j = first; j <= end; j += 1) {
      const replaced = (last[j - 1] ?? far) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const deleted = j < i + most ? (last[j] ?? far) + 1 : far;
      const inserted = (row[j - 1] ?? far) + 1;
      const isSwap = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwap ? (beforeLast[j - 2] ?? far) + 1 : far;
      const edits = Math.min(replaced, deleted, inserted, swapped);
      row[j] = edits;
      least = Math.min(least, edits);
    }
    if (least > most) return far;
    [beforeLast, last, row] = [last, row, beforeLast];
  }
  return last[to.length] ?? far;
}
