import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runCommandLine } from '../../server/src/cli/command-line.js';
import type { Body } from './client.js';
import type { Store } from './stores.js';

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs command lines in this process, on one database. */
export class CommandLine {
  constructor(
    private readonly store: Pick<Store, 'url'> & Partial<Store>,
    private readonly variables: Record<string, string> = {},
  ) {}

  async run(...args: string[]): Promise<Outcome> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const written = Promise.all([text(stdout), text(stderr)]);
    const variables = { DATABASE_URL: this.store.url, LOG_LEVEL: 'silent', ...this.variables };
    const code = await runCommandLine(args, { stdout, stderr, variables });
    stdout.end();
    stderr.end();
    const [out, err] = await written;
    return { code, stdout: out, stderr: err };
  }

  /** Runs a command that must succeed, and returns the JSON it prints. */
  async json(...args: string[]): Promise<Body> {
    const { code, stdout, stderr } = await this.run(...args, '--json');
    if (code !== 0) throw new Error(`latchkey ${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }
}
