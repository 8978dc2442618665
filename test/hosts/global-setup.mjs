import startDatabase from '../support/global-setup.mjs';
import { pack } from './support/pack.mjs';

/** Packs the package, once for all hosts. */
export default async function globalSetup() {
  process.env['LATCHKEY_TARBALL'] = await pack();
  await startDatabase();
}
