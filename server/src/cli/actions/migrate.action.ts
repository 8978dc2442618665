import { migrate } from 'latchkey/internal/database/migrate';
import { readEnvironment } from '../../config/environment.js';
import { openDataSource } from '../../config/open-data-source.js';
import { dataSourceOptions } from '../../config/data-source-options.js';
import type { JsonOption } from '../options.js';
import { print } from '../output.js';
import type { Terminal } from '../terminal.js';

export async function migrateDatabase(terminal: Terminal, { json }: JsonOption): Promise<void> {
  const { databaseUrl } = readEnvironment(terminal.variables);
  const dataSource = await openDataSource(dataSourceOptions(databaseUrl));
  try {
    const applied = (await migrate(dataSource)).map(({ name }) => name);
    const text = applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The schema is up to date.';
    print(terminal, json ? { applied } : text);
  } finally {
    await dataSource.destroy();
  }
}
