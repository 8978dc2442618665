import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EscalationError } from '../../src/identity/errors.js';
import { Principal } from '../../src/identity/principal.js';
import { PermissionSet } from '../../src/identity/permission-set.js';
import { OperatorsService } from '../../src/operators/operators.service.js';
import { CommandLine } from '../support/command-line.js';
import { createWorkspace, startInstance, startService, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('latchkey operator, next to a running service', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let commandLine: CommandLine;

    beforeAll(async () => {
      service = await startService(kind);
      commandLine = new CommandLine(service.store);
      // In the memory of the service from here on.
      await service.operator.get('/workspace').expect(200);
    });

    afterAll(() => service.stop());

    const create = (name: string) => commandLine.json('operator', 'create', '--name', name);

    it('create prints a key this once, which the service accepts at once', async () => {
      const { code, stdout } = await commandLine.run('operator', 'create', '--name', 'alice');

      expect(code).toBe(0);
      const [secret = ''] = /^lk_[0-9A-Za-z]{49}$/m.exec(stdout) ?? [];
      await service.anonymous.as(secret).get('/workspace').expect(200);
      const list = await commandLine.run('operator', 'list');
      expect(list.stdout).toMatch(/^ID +NAME +CREATED +ROTATED\n.* alice .*\n.* environment .* never\n$/);
      expect(list.stdout).not.toContain(secret);
    });

    it('tells operators apart: who they are, and who did what', async () => {
      const carol = await create('carol');
      const dave = await create('dave');

      for (const { id, name, key } of [carol, dave]) {
        const client = service.anonymous.as(key);
        const { body: me } = await client.get('/me').expect(200);
        expect(me.principal).toEqual({ type: 'operator', id, display: name });
        const { body: workspace } = await client.post('/workspace', { name: `Of ${name}` }).expect(201);
        const { body: trail } = await client.in('*').get(`/audit?actorId=${id}`).expect(200);
        expect(trail.data).toMatchObject([
          {
            action: 'workspace.created',
            actor: { type: 'operator', id, display: name, credentialId: id },
            targets: [{ id: workspace.id }],
          },
        ]);
      }
    });

    it('1: a name that is taken; 2: one that is none', async () => {
      await create('erin');

      expect(await commandLine.run('operator', 'create', '--name', 'erin')).toMatchObject({
        code: 1,
        stderr: 'latchkey: Another operator has this name. Choose a different name.\n',
      });
      for (const name of ['Erin', 'e rin', '', 'x'.repeat(64), '01890a5d-ac96-774b-bcce-b302099a8057']) {
        expect(await commandLine.run('operator', 'create', '--name', name)).toMatchObject({ code: 2, stdout: '' });
      }
    });

    it('rotate and delete: the former key is refused by every instance at once (PostgreSQL)', async () => {
      if (kind === 'sqlite') return;
      const other = await startInstance(service);
      const { id, key: former } = await create('frank');
      const refused = async (key: string) => {
        for (const { anonymous } of [service, other]) await anonymous.as(key).get('/workspace').expect(401);
      };
      const accepted = async (key: string) => {
        // The second is answered from memory.
        for (const { anonymous } of [service, other, service, other]) {
          await anonymous.as(key).get('/workspace').expect(200);
        }
      };
      await accepted(former);

      const { key } = await commandLine.json('operator', 'rotate', 'frank');
      await refused(former);
      await accepted(key);
      expect(await commandLine.json('operator', 'delete', id)).toEqual({ affected: 1, raw: [] });
      await refused(key);

      const { body } = await service.operator.in('*').get(`/audit?targetId=${id}`).expect(200);
      expect(body.data.map(({ action }: { action: string }) => action)).toEqual([
        'operator.deleted',
        'operator.rotated',
        'operator.created',
      ]);
      await other.stop();
    });

    it('1: rotate and delete under a service on SQLite, which cannot be told; without it they work', async () => {
      if (kind === 'postgres') return;
      const { key } = await create('grace');
      for (const command of ['rotate', 'delete']) {
        const { code, stderr } = await commandLine.run('operator', command, 'grace');
        expect([code, stderr]).toEqual([1, expect.stringMatching(/serves this SQLite database.*nothing was changed/)]);
      }
      await service.anonymous.as(key).get('/workspace').expect(200);
    });

    it('1: an operator that does not exist', async () => {
      if (kind === 'sqlite') return;
      for (const operator of ['nobody', '01890a5d-ac96-774b-bcce-b302099a8057']) {
        for (const command of ['rotate', 'delete']) {
          const { code, stderr } = await commandLine.run('operator', command, operator);
          expect([code, stderr]).toEqual([1, expect.stringMatching(/^latchkey: The operator does not exist\./)]);
        }
      }
    });

    it('a host’s own call needs an operator, or the system', async () => {
      const operators = service.app.get(OperatorsService, { strict: false });
      const workspace = await createWorkspace(service);
      const strong = new Principal(
        {
          type: 'user',
          id: 'operator',
          display: 'operator',
          credentialId: 'operator',
          workspaceId: workspace.id,
          permissions: PermissionSet.everything,
          rateLimit: null,
          owner: null,
          isVouchedFor: true,
        },
        null,
      );
      await expect(operators.create(strong, { name: 'mallory' })).rejects.toThrow(EscalationError);
      await expect(operators.rotate(strong, 'environment')).rejects.toThrow(EscalationError);
      await expect(operators.delete(strong, 'environment')).rejects.toThrow(EscalationError);
    });
  });
});

describe('latchkey operator delete, with no service', () => {
  forEachStore((kind) => {
    it('1: of those who are deleted at the same time, the last one stays', async () => {
      const service = await startService(kind, { LATCHKEY_OPERATOR_KEY: '' });
      const { store } = service;
      await service.app.close();
      const commandLine = new CommandLine(store);
      for (const name of ['one', 'two', 'three']) await commandLine.json('operator', 'create', '--name', name);

      // One process at a time may revoke on SQLite.
      const outcomes = [];
      if (kind === 'sqlite') {
        for (const name of ['one', 'two', 'three']) outcomes.push(await commandLine.run('operator', 'delete', name));
      } else {
        const all = ['one', 'two', 'three'].map((name) => commandLine.run('operator', 'delete', name));
        outcomes.push(...(await Promise.all(all)));
      }

      expect(outcomes.map(({ code }) => code).sort()).toEqual([0, 0, 1]);
      expect(outcomes.map(({ stderr }) => stderr).join('')).toBe(
        'latchkey: The last operator cannot be deleted. Create another one first.\n',
      );
      expect((await commandLine.json('operator', 'list')).total).toBe(1);
      await store.drop();
    });
  });
});
