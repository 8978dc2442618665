import { startPostgres } from './postgres-server.mjs';

/** Starts the PostgreSQL that the tests run on, unless `TEST_DATABASE_URL` names one. */
export default async function globalSetup() {
  if (process.env['TEST_DATABASE_URL']) return;
  const { url, stop } = await startPostgres();
  process.env['TEST_DATABASE_URL'] = url;
  Object.assign(globalThis, { stopPostgres: stop });
}
