import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADAPTERS, buildHost, testHost, typeFaults, type Host } from './host.js';
import { CURRENT_VERSION, NODE_VERSIONS, nodeOf, rebuild } from './node-versions.js';
import type { Project } from './project.js';

const TIMEOUT_MS = 1_800_000;

// The one that runs now comes first: what an installation compiles is for it.
const VERSIONS = [...NODE_VERSIONS].sort(
  (one, other) => Number(other === CURRENT_VERSION) - Number(one === CURRENT_VERSION),
);

/** Declares the tests of a host: its own, with both HTTP adapters, on every version of Node. */
export function describeHost(host: Host): void {
  describe(`Nest ${host.nest}, ${host.database}`, () => {
    let project: Project;

    beforeAll(async () => {
      project = await buildHost(host, process.env['LATCHKEY_TARBALL']!);
    }, TIMEOUT_MS);

    afterAll(() => project.remove());

    it(
      'has no fault of the package’s in its types',
      async () => {
        expect(await typeFaults(project)).toEqual([]);
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
}
