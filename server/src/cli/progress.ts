import type { Output, Terminal } from './terminal.js';

const STEP = 500;

/** Counts records on stderr for somebody who watches; says nothing to a script, or between records on the screen. */
export class Progress {
  private count = 0;

  constructor(private readonly output: Output | undefined) {}

  /** @param toFile whether the records themselves go elsewhere than to stdout */
  static on({ stdout, stderr }: Terminal, toFile: boolean): Progress {
    return new Progress(stderr.isTTY && (toFile || !stdout.isTTY) ? stderr : undefined);
  }

  advance(): void {
    this.count += 1;
    if (this.count % STEP === 0) this.show('');
  }

  finish(): void {
    this.show('\n');
  }

  private show(end: string): void {
    this.output?.write(`\r${this.count} records${end}`);
  }
}
