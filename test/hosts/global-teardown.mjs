import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import stopDatabase from '../support/global-teardown.mjs';

/** Removes what the set-up has made. */
export default async function globalTeardown() {
  const { LATCHKEY_NODES: nodes, LATCHKEY_TARBALL: tarball } = process.env;
  for (const folder of [nodes, tarball && dirname(tarball)]) {
    if (folder) await rm(folder, { recursive: true });
  }
  await stopDatabase();
}
