import { DataSource } from 'typeorm';
import { dataSourceOptions } from './src/database/data-source-options.js';

/** For the TypeORM command line: `npm run typeorm -- migration:show`. */
export default new DataSource(dataSourceOptions(process.env['DATABASE_URL'] ?? 'sqlite:./data/latchkey.db'));
