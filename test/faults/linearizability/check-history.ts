import type { Change, Facet, History, Verification } from './history.js';

/** An answer that the changes do not explain. */
export interface Violation {
  /** `stale`: accepted what an acknowledged restriction had closed. `refused`: refused what nothing had closed. */
  kind: 'stale' | 'refused';
  facets: readonly Facet[];
  verification: Verification;
  /** All changes of these facets. */
  changes: readonly Change[];
}

export interface CheckOptions {
  /**
   * For how long after the first answer that shows a change others may still not show it, if it is not acknowledged by
   * then. 0: nobody may go back, as in one register that all share. Infinity: acknowledgements alone bind.
   */
  settleMs: number;
}

/**
 * Finds every verification whose answer no order of the changes explains: each change takes effect at one moment, from
 * its start on and before it is acknowledged; a verification sees a state that was in force at some moment between its
 * start and its end.
 */
export function checkHistory({ changes, verifications }: History, { settleMs }: CheckOptions): Violation[] {
  const registers = new Map<Facet, Register>();
  for (const change of changes) {
    for (const facet of change.opens) registerOf(registers, facet).add(change, true);
    for (const facet of change.closes) registerOf(registers, facet).add(change, false);
  }
  const violations: Violation[] = [];
  for (const verification of [...verifications].sort((a, b) => a.end - b.end)) {
    for (const facet of verification.open) {
      const register = registers.get(facet);
      if (!register || register.see(true, verification, settleMs)) continue;
      violations.push({ kind: 'stale', facets: [facet], verification, changes: register.changes });
    }
    for (const group of verification.closed) {
      const known = group.flatMap((facet) => registers.get(facet) ?? []);
      const candidates = known.filter((register) => register.canBe(false, verification));
      const [only] = candidates;
      if (candidates.length === 1) only?.see(false, verification, settleMs);
      if (only) continue;
      const involved = known.flatMap((register) => register.changes);
      violations.push({ kind: 'refused', facets: group, verification, changes: involved });
    }
  }
  return violations;
}

interface Write {
  value: boolean;
  start: number;
  end: number;
}

type Interval = Pick<Verification, 'start' | 'end'>;

/** One facet. */
class Register {
  readonly changes: Change[] = [];
  private readonly writes: Write[] = [{ value: true, start: -Infinity, end: -Infinity }];

  add(change: Change, value: boolean): void {
    this.changes.push(change);
    this.writes.push({ value, start: change.start, end: change.end });
  }

  canBe(value: boolean, during: Interval): boolean {
    return this.explanations(value, during).length > 0;
  }

  /**
   * Tells whether the value can be, and remembers that it has been: what took effect by then is there for good.
   *
   * Verifications must come in the order of their ends.
   */
  see(value: boolean, during: Interval, settleMs: number): boolean {
    const explanations = this.explanations(value, during);
    const [first] = explanations;
    if (!first) return false;
    const settled = during.end + settleMs;
    if (explanations.some(({ end }) => end <= settled)) return true;
    if (explanations.length === 1) first.end = settled;
    // One of them took effect, who knows which: as if there had been one more.
    else this.writes.push({ value, start: Math.min(...explanations.map(({ start }) => start)), end: settled });
    return true;
  }

  /** The changes to this value that may have been the latest at some moment of the interval. */
  private explanations(value: boolean, { start, end }: Interval): Write[] {
    let overwritten = -Infinity;
    for (const write of this.writes) if (write.end < start && write.start > overwritten) overwritten = write.start;
    return this.writes.filter((write) => write.value === value && write.start <= end && write.end >= overwritten);
  }
}

function registerOf(registers: Map<Facet, Register>, facet: Facet): Register {
  const known = registers.get(facet);
  if (known) return known;
  const register = new Register();
  registers.set(facet, register);
  return register;
}
