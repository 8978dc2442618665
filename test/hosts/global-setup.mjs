import startDatabase from '../support/global-setup.mjs';
import { installNodes } from './support/install-nodes.mjs';
import { pack } from './support/pack.mjs';

/** Every version of Node that is supported. */
const VERSIONS = [20, 22, 24];

/** Makes, once for all hosts, what they share. */
export default async function globalSetup() {
  const others = VERSIONS.filter((version) => version !== Number(process.versions.node.split('.')[0]));
  process.env['LATCHKEY_NODES'] = await installNodes(others);
  process.env['LATCHKEY_TARBALL'] = await pack();
  await startDatabase();
}
