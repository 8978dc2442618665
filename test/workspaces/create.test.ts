import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { INVISIBLE_NAMES, VISIBLE_NAMES } from '../support/invisible-names.js';
import { createWorkspace, startService, uniqueName, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('POST /api/v1/workspace', () => {
  forEachStore((kind) => {
    let service: RunningService;

    beforeAll(async () => {
      service = await startService(kind);
    });

    afterAll(() => service.stop());

    it('201: the workspace, and the trail says who created it', async () => {
      const name = uniqueName('Acmé “1”');
      const { body } = await service.operator.post('/workspace', { name }).expect(201);
      expect(body).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{14}7[0-9a-f-]{21}$/),
        name,
        externalId: null,
        createdDate: expect.stringMatching(/Z$/),
        updatedDate: body.createdDate,
        quotas: expect.objectContaining({ keys: { limit: 100_000, used: 0 } }),
      });
      const trail = await service.operator.in(body.id).get('/audit').expect(200);
      expect(trail.body.data).toHaveLength(1);
      expect(trail.body.data[0]).toMatchObject({
        action: 'workspace.created',
        workspaceId: body.id,
        actor: { type: 'operator' },
        targets: [{ type: 'workspace', id: body.id, display: name }],
        changes: [{ field: 'name', before: null, after: name }],
        statusCode: 201,
      });
    });

    it('201: whatever workspace the operator names', async () => {
      const { operator } = await createWorkspace(service);
      await operator.post('/workspace', { name: uniqueName('Acme') }).expect(201);
    });

    it.each(INVISIBLE_NAMES)('400: the name %j has what is not seen, and no change gives it', async (name) => {
      const { id } = await createWorkspace(service);
      for (const refusal of [
        service.operator.post('/workspace', { name }),
        service.operator.patch(`/workspace/${id}`, { name }),
      ]) {
        const { body } = await refusal.expect(400, 'request.invalid');
        expect(body.details).toEqual([
          {
            field: 'name',
            message:
              'name must have no invisible characters, no space at its ends, and no white space inside but single spaces; remove them.',
          },
        ]);
      }
    });

    it.each(VISIBLE_NAMES)('201: %s', async (name) => {
      expect((await service.operator.post('/workspace', { name }).expect(201)).body.name).toBe(name);
    });

    it('409: of 20 parallel creations under one externalId one wins', async () => {
      const externalId = uniqueName('wanted').replace(' ', '-');
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => service.operator.post('/workspace', { name: 'Same', externalId })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(19).fill(409)]);
      const { body } = await service.operator
        .post('/workspace', { name: 'Same', externalId })
        .expect(409, 'workspace.conflict');
      expect(body.details).toEqual([{ field: 'externalId', message: 'externalId is taken.' }]);
    });

    it('401: without a key, and 403: for every key, whatever it may do', async () => {
      await service.anonymous.post('/workspace', { name: 'x' }).expect(401, 'auth.unauthenticated');
      const { client } = await (await createWorkspace(service)).keyWith('*');
      const { body } = await client.post('/workspace', { name: 'x' }).expect(403, 'auth.permission_denied');
      expect(body.message).toContain('workspaces:manage');
    });
  });
});
