import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADAPTERS, buildHost, DATABASES, testHost, typeFaults, type Host } from './support/host.js';
import { CURRENT_VERSION, NODE_VERSIONS, nodeOf, rebuild } from './support/node-versions.js';
import { pack } from './support/packed.js';
import type { Project } from './support/project.js';

const TIMEOUT_MS = 1_800_000;

const HOSTS: Host[] = [11, 12].flatMap((nest) =>
  DATABASES.map((database) => ({ nest, database, realtime: nest === 12 && database === 'pg' }) as Host),
);

// The one that runs now comes first: what an installation compiles is for it.
const VERSIONS = [...NODE_VERSIONS].sort(
  (one, other) => Number(other === CURRENT_VERSION) - Number(one === CURRENT_VERSION),
);

let tarball: string;

beforeAll(async () => {
  tarball = await pack();
}, TIMEOUT_MS);

describe.each(HOSTS)('Nest $nest, $database', (host) => {
  let project: Project;

  beforeAll(async () => {
    project = await buildHost(host, tarball);
  }, TIMEOUT_MS);

  afterAll(() => project.remove());

  it(
    'sees no fault in the types of the package',
    async () => {
      const faults = await typeFaults(project);

      expect(faults).toEqual([]);
    },
    TIMEOUT_MS,
  );

  describe.each(VERSIONS)('on Node %i', (version) => {
    let node: string | undefined;

    beforeAll(async () => {
      node = await nodeOf(version);
      // The other drivers have no native part, or one that every version of Node can load.
      if (host.database === 'better-sqlite3' && node) await rebuild(project, host.database, version, node);
    }, TIMEOUT_MS);

    it.each(ADAPTERS)(
      'passes its own tests on %s',
      async (adapter) => {
        await testHost(project, host, adapter, node);
      },
      TIMEOUT_MS,
    );
  });
});
