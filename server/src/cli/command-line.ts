import { Command, CommanderError } from 'commander';
import { VERSION } from '../version.js';
import { addAuditCommands } from './commands/audit.commands.js';
import { failureAsJson, failureOf, isClosedPipe } from './exit.js';
import { addKeyCommands } from './commands/key.commands.js';
import { addMemberCommands } from './commands/member.commands.js';
import { addOperatorCommands } from './commands/operator.commands.js';
import { settleWorkspace } from './options.js';
import { addRestoreCommands } from './commands/restore.commands.js';
import { addRoleCommands } from './commands/role.commands.js';
import { addServiceCommands } from './commands/service.commands.js';
import type { Terminal } from './terminal.js';
import { addWorkspaceCommands } from './commands/workspace.commands.js';

const NOTES = `
The environment is the service's: DATABASE_URL names the database (sqlite:./data/latchkey.db unless set). What a command
changes is on the audit trail, under the name of the operating system's user. It may run next to a running service.
Only serve and migrate create a database; all others need one that is there.

What destroys something says what, and asks where standard input or output is a terminal; --yes answers beforehand.
Output is for people; with --json it is one JSON document for scripts, and so is an error, with its code. Exit codes: 0 done, 1 failed, 2 wrong usage.`;

/**
 * Runs one command line to its end (`serve`: until it listens) and resolves to the exit code: 0 done, 1 failed, 2 wrong
 * usage. Never throws: a failure is one line on stderr, or one JSON document with `--json`.
 */
export async function runCommandLine(args: string[], terminal: Terminal): Promise<number> {
  const isForScript = asksForJson(args);
  try {
    await programFor(terminal, isForScript).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (isClosedPipe(error)) return 0;
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const { lines, code } = failureOf(error);
    if (isForScript) terminal.stderr.write(failureAsJson(error).document);
    // What is wrong with the usage has been said.
    else if (!(error instanceof CommanderError)) terminal.stderr.write(lines.join(''));
    return code;
  }
}

// Known also where the arguments cannot be parsed.
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).includes('--json');
}

function programFor(terminal: Terminal, isForScript: boolean): Command {
  const program = new Command('latchkey')
    .description('API keys, permissions and an audit trail.')
    .version(VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => (isForScript ? undefined : terminal.stderr.write(text)),
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
  addRestoreCommands(program, terminal);
  return program.addHelpText('after', NOTES);
}
