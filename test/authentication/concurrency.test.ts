import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { createWorkspace, startService, type KeyFixture, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const ROUNDS = 40;

describe('requests at the same time', () => {
  forEachStore((kind) => {
    let service: RunningService;

    beforeAll(async () => {
      service = await startService(kind);
    });

    afterAll(() => service.stop());

    it('are each answered as their own caller, whoever else is asking', async () => {
      const keys: KeyFixture[] = [];
      for (let at = 0; at < 5; at += 1) keys.push(await (await createWorkspace(service)).keyWith('apikeys:view'));
      const idsSeenBy = async ({ client }: KeyFixture): Promise<string[]> =>
        ((await client.get('/apikey').expect(200)).body as { id: string }[]).map(({ id }) => id);
      const stranger = service.operator.as(generateKey('lk'));

      const rounds = Array.from({ length: ROUNDS }, () => [
        ...keys.map(async (key) => expect(await idsSeenBy(key)).toEqual([key.id])),
        stranger.get('/apikey').expect(401, 'auth.unauthenticated'),
        service.anonymous.get('/apikey').expect(401, 'auth.unauthenticated'),
        service.operator.get('/apikey').expect(412, 'workspace.required'),
      ]);

      await Promise.all(rounds.flat());
    });
  });
});
