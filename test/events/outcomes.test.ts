import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeyNotFoundError } from '../../src/api-keys/errors.js';
import { ApiKeyUpdated } from '../../src/api-keys/events.js';
import type { Work } from '../../src/events/work.js';
import { newId } from '../../src/kernel/ids.js';
import { forEachStore } from '../support/stores.js';
import { startHost, type Host } from './host.js';

describe('a command', () => {
  forEachStore((kind) => {
    let host: Host;

    beforeAll(async () => {
      host = await startHost(kind, []);
    });

    afterAll(() => host.stop());

    it('that was committed is told to those who listen, with what happened', async () => {
      const heard: string[] = [];
      host.unitOfWork.onCommit((events) => heard.push(...events.map(({ id }) => id)));
      const key = { id: newId(), name: 'Key', workspaceId: host.actor.workspaceId ?? '' };
      const [committed, rolledBack] = [new ApiKeyUpdated(key, []), new ApiKeyUpdated(key, [])];

      await host.unitOfWork.run(host.actor, (work) => work.record(committed));
      const failing = host.unitOfWork.run(host.actor, (work) => {
        work.record(rolledBack);
        throw new Error('Changed my mind.');
      });

      await expect(failing).rejects.toThrow('Changed my mind.');
      expect(heard).toEqual([committed.id]);
    });
  });

  describe('that revokes, where instances keep each other informed', () => {
    let host: Host;

    beforeAll(async () => {
      host = await startHost('postgres', []);
    });

    afterAll(() => host.stop());

    const revoked = async (keyId: string) => {
      const rows = await host.database.query<{ eviction: string }>('SELECT eviction FROM latchkey_revocations');
      return rows.some(({ eviction }) => eviction.includes(keyId));
    };

    it('does so as well where it is refused, for it may find its change made already', async () => {
      const id = newId();
      await expect(host.apiKeys.delete(host.actor, id, {})).rejects.toThrow(ApiKeyNotFoundError);
      expect(await revoked(id)).toBe(true);
    });

    it('tells nobody of a refusal that revokes nothing', async () => {
      const refuse = (): void => {
        throw new ApiKeyNotFoundError(newId());
      };
      await expect(host.unitOfWork.run(host.actor, refuse)).rejects.toThrow(ApiKeyNotFoundError);
      expect(await host.database.query("SELECT id FROM latchkey_revocations WHERE eviction = '[]'")).toEqual([]);
    });

    it('does not where it fails', async () => {
      const id = newId();
      const fail = (work: Work): void => {
        work.revoke({ keyId: id });
        throw new Error('Changed my mind.');
      };
      await expect(host.unitOfWork.run(host.actor, fail)).rejects.toThrow('Changed my mind.');
      expect(await revoked(id)).toBe(false);
    });
  });
});
