import { DataSource } from 'typeorm';
import { dataSourceOptions } from './server/src/config/data-source-options.js';

const options = dataSourceOptions(process.env['DATABASE_URL'] ?? 'sqlite:./data/latchkey.db');

/** For the TypeORM command line: `npm run typeorm -- migration:show`, which tells by way of the logger. */
export default new DataSource({ ...options, logger: 'advanced-console' });
