import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeyUpdated } from '../../src/api-keys/events.js';
import type { Work } from '../../src/events/work.js';
import { PermissionSet } from '../../src/identity/permission-set.js';
import { Principal } from '../../src/identity/principal.js';
import { newId } from '../../src/kernel/ids.js';
import { WorkspaceNotFoundError } from '../../src/events/errors.js';
import { uniqueName } from '../support/service.js';
import { forEachStore } from '../support/stores.js';
import { startHost, type Host } from './host.js';

describe('the workspace that a command acts in', () => {
  forEachStore((kind) => {
    let host: Host;
    const operator = Principal.system('test');

    beforeAll(async () => {
      host = await startHost(kind, []);
    });

    afterAll(() => host.stop());

    const createWorkspace = () => host.workspaces.create(operator, { name: uniqueName('Workspace') });

    const update = (workspaceId: string) => (work: Work) =>
      work.record(new ApiKeyUpdated({ id: newId(), name: 'Key', workspaceId }, []));

    it('must be there at the commit: in a deleted one, nothing is done', async () => {
      const { id } = await createWorkspace();
      const actor = Principal.system('test', id);
      await host.unitOfWork.run(actor, update(id));
      await host.workspaces.delete(operator, id);
      const before = await host.recordsOf('apikey.updated');

      await expect(host.unitOfWork.run(actor, update(id))).rejects.toThrow(WorkspaceNotFoundError);
      await expect(host.unitOfWork.run(actor, update(id), { aloneIn: newId() })).rejects.toThrow(
        WorkspaceNotFoundError,
      );

      expect(await host.recordsOf('apikey.updated')).toBe(before);
    });

    it('may be gone for what is only told of it', async () => {
      const { id } = await createWorkspace();
      await host.workspaces.delete(operator, id);
      const before = await host.recordsOf('apikey.updated');

      await host.unitOfWork.run(Principal.system('test', id), update(id), { isOfThePast: true });

      expect(await host.recordsOf('apikey.updated')).toBe(before + 1);
    });

    it('is not there if it has no id', async () => {
      const nowhere = new Principal(
        {
          type: 'user',
          id: 'ann',
          display: 'Ann',
          credentialId: null,
          workspaceId: 'nowhere',
          permissions: PermissionSet.everything,
          rateLimit: null,
          owner: 'ann',
        },
        null,
      );
      await expect(host.unitOfWork.run(nowhere, () => undefined)).rejects.toThrow(WorkspaceNotFoundError);
    });

    it('is shared with others, and queued for alone by a command that is to be alone in it', async () => {
      const { id } = await createWorkspace();
      const actor = Principal.system('test', id);
      const queues = async (work: Work) => {
        await work.queueToShare([]);
        await work.queueToShare([newId(), newId()]);
        await work.queueToChange(newId());
        if (kind === 'sqlite') return [];
        const rows = await work.query<{ mode: string }>(
          `SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted ORDER BY mode`,
        );
        return rows.map(({ mode }) => mode);
      };

      const [own, shared] = ['ExclusiveLock', 'ShareLock'];
      // SQLite is locked whole, and takes none.
      const isQueued = kind === 'postgres';
      expect(await host.unitOfWork.run(actor, queues)).toEqual(isQueued ? [own, shared, shared, shared] : []);
      expect(await host.unitOfWork.run(operator, queues, { aloneIn: id })).toEqual(
        isQueued ? [own, own, shared, shared] : [],
      );
      expect(await host.unitOfWork.run(operator, queues)).toEqual(isQueued ? [own, shared, shared] : []);
    });
  });
});
