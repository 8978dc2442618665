import type { Writable } from 'node:stream';

/** What a command line has around it: where it writes, and its environment. */
export interface Terminal {
  stdout: Output;
  stderr: Output;
  variables: NodeJS.ProcessEnv;
}

/** A stream; `isTTY` if a person looks at it. */
export type Output = Writable & { isTTY?: boolean };
