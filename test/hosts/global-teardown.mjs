import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import stopDatabase from '../support/global-teardown.mjs';

/** Removes what the set-up has made. */
export default async function globalTeardown() {
  const tarball = process.env['LATCHKEY_TARBALL'];
  if (tarball) await rm(dirname(tarball), { recursive: true });
  await stopDatabase();
}
