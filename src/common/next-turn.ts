import { setImmediate } from 'node:timers/promises';

/** Lets everything else have its turn: for loops whose length a caller decides. */
export function nextTurn(): Promise<void> {
  return setImmediate();
}
