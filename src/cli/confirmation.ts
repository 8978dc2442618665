import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { Terminal } from './terminal.js';

export interface ConfirmationOption {
  yes?: true;
}

/** The person at the terminal did not agree. */
export class NotConfirmedError extends Error {
  constructor() {
    super('Nothing was changed, for it was not confirmed');
    this.name = 'NotConfirmedError';
  }
}

/**
 * Says what is about to be destroyed, and asks whether it shall be, if a person is there to answer: where standard input
 * is a terminal. A script is not asked, nor is who has answered beforehand.
 *
 * @param what is destroyed, as one sentence; found out only if it is needed
 * @throws {NotConfirmedError}
 */
export async function confirm(
  { stdin, stderr }: Terminal,
  { yes }: ConfirmationOption,
  what: () => Promise<string>,
): Promise<void> {
  if (yes || !stdin?.isTTY) return;
  const loss = await what();
  const dialogue = createInterface({ input: stdin, output: stderr, terminal: true });
  try {
    const ended = once(dialogue, 'close').then(() => '');
    // An end of the input instead of an answer is none.
    const answer = dialogue.question(`${loss}\nThis cannot be undone. Go on? [y/N] `).catch(() => '');
    if (!/^y(es)?$/i.test((await Promise.race([answer, ended])).trim())) throw new NotConfirmedError();
  } finally {
    dialogue.close();
  }
}

/** `1 key`, `2 keys`. */
export function countOf(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
