import { Command, CommanderError } from 'commander';
import { VERSION } from '../version.js';
import { addAuditCommands } from './audit.commands.js';
import { failureOf, isClosedPipe, USAGE } from './exit.js';
import { addKeyCommands } from './key.commands.js';
import { addMemberCommands } from './member.commands.js';
import { addOperatorCommands } from './operator.commands.js';
import { settleWorkspace } from './options.js';
import { addRoleCommands } from './role.commands.js';
import { addServiceCommands } from './service.commands.js';
import type { Terminal } from './terminal.js';
import { addWorkspaceCommands } from './workspace.commands.js';

const NOTES = `
The environment is the service's: DATABASE_URL names the database (sqlite:./data/latchkey.db unless set). What a command
changes is on the audit trail, under the name of the operating system's user. It may run next to a running service.

What destroys something says what, and asks where standard input or output is a terminal; --yes answers beforehand. A
script is not asked.
Output is for people; with --json it is one JSON document for scripts. Exit codes: 0 done, 1 failed, 2 wrong usage.`;

/**
 * Runs one command line to its end (`serve`: until it listens) and resolves to the exit code: 0 done, 1 failed, 2 wrong
 * usage. Never throws: a failure is one line on stderr.
 */
export async function runCommandLine(args: string[], terminal: Terminal): Promise<number> {
  try {
    await programFor(terminal).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (isClosedPipe(error)) return 0;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    const { lines, code } = failureOf(error);
    terminal.stderr.write(lines.join(''));
    return code;
  }
}

function programFor(terminal: Terminal): Command {
  const program = new Command('latchkey')
    .description('API keys, permissions and an audit trail.')
    .version(VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error:/, 'latchkey:')),
    })
    .showHelpAfterError('See latchkey --help.')
    .exitOverride()
    .hook('preAction', (_program, command) => settleWorkspace(command, terminal.variables));
  addServiceCommands(program, terminal);
  addOperatorCommands(program, terminal);
  addWorkspaceCommands(program, terminal);
  addKeyCommands(program, terminal);
  addRoleCommands(program, terminal);
  addMemberCommands(program, terminal);
  addAuditCommands(program, terminal);
  return program.addHelpText('after', NOTES);
}
