import type { Readable, Writable } from 'node:stream';

/** What a command line has around it: where it writes, and its environment. */
export interface Terminal {
  /** Where a person answers; absent: nobody does. */
  stdin?: Readable & { isTTY?: boolean };
  stdout: Output;
  stderr: Output;
  variables: NodeJS.ProcessEnv;
}

/** A stream; `isTTY` if a person looks at it. */
export type Output = Writable & { isTTY?: boolean };
