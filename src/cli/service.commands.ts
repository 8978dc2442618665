import type { Command } from 'commander';
import { jsonOption, type JsonOption } from './options.js';
import type { Terminal } from './terminal.js';

export function addServiceCommands(program: Command, terminal: Terminal): void {
  program
    .command('serve')
    .description('run the service until SIGINT or SIGTERM')
    .action(async () => (await import('../serve.js')).serve(terminal.variables));
  program
    .command('migrate')
    .description('bring the schema of the database up to date, as the service does when it starts')
    .addOption(jsonOption())
    .action(async (options: JsonOption) => (await import('./migrate.action.js')).migrateDatabase(terminal, options));
}
