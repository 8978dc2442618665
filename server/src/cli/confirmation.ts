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

/** A person looks on, and cannot be asked. */
export class UnanswerableError extends Error {
  constructor(loss: string) {
    super(`${loss} Nothing was changed, for standard input is no terminal to confirm it on: confirm it by --yes`);
    this.name = 'UnanswerableError';
  }
}

/**
 * Says what is about to be destroyed, and asks whether it shall be, where a person looks on: where standard input or
 * output is a terminal. A script is not asked, nor is who has answered beforehand.
 *
 * @param what is destroyed, as one sentence; found out only if it is needed
 * @throws {NotConfirmedError}
 * @throws {UnanswerableError} if only the output is a terminal.
 */
export async function confirm(
  { stdin, stdout, stderr }: Terminal,
  { yes }: ConfirmationOption,
  what: () => Promise<string>,
): Promise<void> {
  const isAnswerable = stdin?.isTTY === true;
  if (yes || (!isAnswerable && !stdout.isTTY)) return;
  const loss = await what();
  if (!isAnswerable) throw new UnanswerableError(loss);
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
