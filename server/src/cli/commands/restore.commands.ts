import type { Command } from 'commander';
import { jsonOption, yesOption } from '../options.js';
import type { ReconcileOptions } from '../actions/restore.actions.js';
import type { Terminal } from '../terminal.js';

const actions = () => import('../actions/restore.actions.js');

export function addRestoreCommands(program: Command, terminal: Terminal): void {
  const restore = program.command('restore').description('what to do with a restored backup before it is served');
  restore
    .command('reconcile')
    .description('delete, disable and remove again what a trail says was, since the backup was made')
    .requiredOption('--trail <file>', 'the trail, as latchkey audit export wrote it')
    .option('--dry-run', 'change nothing, and print what would be done')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (options: ReconcileOptions) => (await actions()).reconcile(terminal, options));
}
