import { type Command, InvalidArgumentError, Option } from 'commander';
import { availableParallelism } from 'node:os';
import { jsonOption, type JsonOption } from '../options.js';
import type { Terminal } from '../terminal.js';

const MOST_WORKERS = 64;

interface ServeOptions {
  workers?: number;
  acceptRestored?: boolean;
}

export function addServiceCommands(program: Command, terminal: Terminal): void {
  program
    .command('serve')
    .description('run the service until SIGINT or SIGTERM')
    .addOption(workersOption())
    .option('--accept-restored', 'serve a database that is older than what was last acknowledged: a restored backup')
    .action((options: ServeOptions) => serve(terminal, options));
  program
    .command('migrate')
    .description('bring the schema of the database up to date, as the service does when it starts')
    .addOption(jsonOption())
    .action(async (options: JsonOption) =>
      (await import('../actions/migrate.action.js')).migrateDatabase(terminal, options),
    );
  program
    .command('openapi')
    .description('print the OpenAPI document of the service, in JSON; without a database')
    .addOption(jsonOption())
    .action(async () => (await import('../actions/openapi.action.js')).printOpenApi(terminal));
}

async function serve({ variables }: Terminal, { workers, acceptRestored = false }: ServeOptions): Promise<void> {
  if (workers === undefined) return (await import('../../serve.js')).serve(variables, acceptRestored);
  return (await import('../../workers/serve-with-workers.js')).serveWithWorkers(variables, workers, acceptRestored);
}

const workersOption = (): Option =>
  new Option(
    '--workers <number>',
    `serve with so many processes, 1 to ${MOST_WORKERS}, or auto: as many as the machine has processors (PostgreSQL only)`,
  ).argParser(workersOf);

function workersOf(text: string): number {
  if (text === 'auto') return Math.min(availableParallelism(), MOST_WORKERS);
  const workers = Number(text);
  if (!/^\d{1,2}$/.test(text) || workers < 1 || workers > MOST_WORKERS) {
    throw new InvalidArgumentError(`It must be a number from 1 to ${MOST_WORKERS}, or auto.`);
  }
  return workers;
}
