import { DataSource, type DataSourceOptions } from 'typeorm';
import { reasonOf } from './reason-of.js';

/** @throws {Error} saying in one line, without the password in `DATABASE_URL`, why it cannot be opened. */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  try {
    return await new DataSource(options).initialize();
  } catch (error) {
    throw new Error(`DATABASE_URL: the database cannot be opened: ${reasonOf(error)}`, { cause: error });
  }
}
