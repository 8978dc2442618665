import type { Command } from 'commander';
import type { ExportTrailOptions } from '../actions/audit.actions.js';
import { WorkspaceOption } from '../options.js';
import type { Terminal } from '../terminal.js';

const actions = () => import('../actions/audit.actions.js');

export function addAuditCommands(program: Command, terminal: Terminal): void {
  const audit = program.command('audit').description('the trail of who did what, and when');
  audit
    .command('export')
    .description('export records, oldest first, of one workspace or of all; that it was done is on the trail too')
    .option('--format <format>', 'ndjson: one JSON object a line', 'ndjson')
    .addOption(new WorkspaceOption(false))
    .option('--action <name>', 'what happened, such as apikey.deleted')
    .option('--actor-id <id>', 'who did it')
    .option('--target-id <id>', 'what it was done to')
    .option('--outcome <outcome>', 'success, failure or denied')
    .option('--from <date>', 'not before this moment (RFC 3339)')
    .option('--to <date>', 'before this moment (RFC 3339)')
    .option('--output <file>', 'write to this new file, readable by its owner only (default: standard output)')
    .option('--force', 'overwrite the file if it exists')
    .action(async (options: ExportTrailOptions) => (await actions()).exportTrail(terminal, options));
}
