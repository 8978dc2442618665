#!/usr/bin/env node
import { runCommandLine } from './command-line.js';
import { FAILED, isClosedPipe } from './exit.js';

// Whoever reads may have seen enough (`latchkey audit export | head`): no reason to complain.
function endIfUnwritable(error: NodeJS.ErrnoException): void {
  if (!isClosedPipe(error)) process.exit(FAILED);
}

process.stdout.on('error', endIfUnwritable);
process.stderr.on('error', endIfUnwritable);

const { stdin, stdout, stderr, env } = process;
process.exitCode = await runCommandLine(process.argv.slice(2), { stdin, stdout, stderr, variables: env });
