import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body } from '../support/client.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('GET /api/v1/member', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      for (const subject of ['dan', 'ann', 'eve', 'bob', 'cat']) {
        const body = { roles: [subject === 'ann' ? 'admin' : 'viewer'], permissions: ['roles:view'] };
        await workspace.operator.put(`/member/${subject}`, body).expect(200);
      }
    });

    afterAll(() => service.stop());

    const subjectsOf = (members: Body[]) => members.map(({ subject }) => String(subject));

    it('200: the members by subject, each with what they hold; none of another workspace', async () => {
      const other = await createWorkspace(service);
      await other.operator.put('/member/zoe', { roles: ['viewer'] }).expect(200);
      const { client } = await workspace.keyWith('members:view');
      const { body, headers } = await client.get('/member').expect(200);
      expect(subjectsOf(body)).toEqual(['ann', 'bob', 'cat', 'dan', 'eve']);
      expect(headers.get('x-total-count')).toBe('5');
      expect(body[0]).toMatchObject({ roles: ['admin'], permissions: ['roles:view'], effectivePermissions: ['*'] });
      expect(body[1]).toMatchObject({ roles: ['viewer'], effectivePermissions: ['roles:view', 'apikeys:view'] });
    });

    it.each([1, 2, 3, 5, 6])('200: pages of %i have each member once', async (limit) => {
      const subjects: string[] = [];
      for (let page = 1; page <= Math.ceil(5 / limit) + 1; page += 1) {
        const { body } = await workspace.operator.get(`/member?page=${page}&limit=${limit}`).expect(200);
        expect(body.total).toBe(5);
        subjects.push(...subjectsOf(body.data));
      }
      expect(subjects).toEqual(['ann', 'bob', 'cat', 'dan', 'eve']);
    });

    it('400: a page that is none', async () => {
      for (const query of ['page=0', 'limit=0', 'limit=201', 'page=x', 'subject=ann']) {
        await workspace.operator.get(`/member?${query}`).expect(400, 'request.invalid');
      }
    });

    it('401, 403, 412: without a key, without the permission, by the operator in no workspace', async () => {
      const { client } = await workspace.keyWith('members:manage');
      for (const path of ['/member', '/member/ann']) {
        await service.anonymous.get(path).expect(401, 'auth.unauthenticated');
        const { body } = await client.get(path).expect(403, 'auth.permission_denied');
        expect(body.message).toContain('members:view');
        await service.operator.get(path).expect(412, 'workspace.required');
      }
    });

    it('404: unknown subjects, and another workspace’s', async () => {
      const other = await createWorkspace(service);
      await other.operator.put('/member/zoe', { roles: ['viewer'] }).expect(200);
      for (const subject of ['zoe', 'Ann', 'a%00n', '%20', 'x'.repeat(300)]) {
        const { body } = await workspace.operator.get(`/member/${subject}`).expect(404, 'member.not_found');
        expect(body.message).not.toContain(subject);
      }
    });
  });
});
