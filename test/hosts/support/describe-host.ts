import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADAPTERS, buildHost, testHost, typeFaults, type Host } from './host.js';
import { nodeVersions, rebuild } from './node-versions.js';
import type { Project } from './project.js';

const TIMEOUT_MS = 1_800_000;

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

    describe.each(nodeVersions())('on Node $name', (version) => {
      beforeAll(async () => {
        // The other drivers have no native part, or one that every version of Node can load.
        if (host.database === 'better-sqlite3') await rebuild(project, host.database, version);
      }, TIMEOUT_MS);

      it.each(ADAPTERS)(
        'passes its own tests on %s',
        async (adapter) => {
          await testHost(project, host, adapter, version.program);
        },
        TIMEOUT_MS,
      );
    });
  });
}
