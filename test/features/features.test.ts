import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { Feature } from '../../src/events/feature.js';
import { FEATURES } from '../../src/latchkey.features.js';
import type { Host, HostKey } from '../embedding/host.js';
import { forEachStore } from '../support/stores.js';
import { Note, NoteAdded, NoteConflictError, notesFeature } from './notes.fixture.js';

// Whatever is made of the list is made when it is first imported.
(FEATURES as Feature[]).push(notesFeature);
const { OPERATOR_KEY, startHost } = await import('../embedding/host.js');
const { LATCHKEY_ENTITIES } = await import('../../src/latchkey.entities.js');
const { ERRORS } = await import('../../src/latchkey.errors.js');
const { EVENT_CATALOGUE } = await import('../../src/latchkey.module.js');
const { WorkspacesService } = await import('../../src/workspaces/workspaces.service.js');

describe('a feature that is added by its manifest alone', () => {
  forEachStore((kind) => {
    let host: Host;
    let key: HostKey;

    const notes = (): Promise<Note[]> => host.dataSource.getRepository(Note).find();

    beforeAll(async () => {
      host = await startHost(kind);
      key = await host.createKey(['apikeys:view', 'apikeys:create']);
    });

    afterAll(() => host.stop());

    it('has its routes, behind our guards', async () => {
      expect((await host.get('/latchkey/note')).status).toBe(401);
      expect(await host.get('/latchkey/note', key.header)).toMatchObject({ status: 200, body: [] });
    });

    it('is one of the routes that a host can leave out', async () => {
      const without = await startHost(kind, { latchkey: { controllers: ['apikey'] } });
      expect((await without.get('/latchkey/note')).status).toBe(404);
      await without.stop();
    });

    it('has its table and its event, which is put on the trail', async () => {
      expect(LATCHKEY_ENTITIES).toContain(Note);
      expect(EVENT_CATALOGUE).toContain(NoteAdded);
      const { status, body } = await host.send('POST', '/latchkey/note', { text: 'Call Ann.' }, key.header);
      expect(status).toBe(201);
      expect(await notes()).toMatchObject([{ id: body.id, workspaceId: key.workspaceId, text: 'Call Ann.' }]);
      expect(await host.recordsOf(key.workspaceId, 'note.added')).toMatchObject([{ targets: [{ id: body.id }] }]);
    });

    it('has its input checked', async () => {
      const refused = await host.send('POST', '/latchkey/note', { txt: 'Call Ann.' }, key.header);
      expect(refused).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    });

    it('refuses by its own errors, answered by their kind and recorded by their code', async () => {
      expect(ERRORS).toContain(NoteConflictError);
      const note = { text: 'Call Bob.' };
      expect((await host.send('POST', '/latchkey/note', note, key.header)).status).toBe(201);
      const refused = await host.send('POST', '/latchkey/note', note, key.header);
      expect(refused).toMatchObject({ status: 409, body: { code: 'note.conflict' } });
      const records = await host.recordsOf(key.workspaceId, 'request.failed');
      expect(records).toContainEqual(expect.objectContaining({ statusCode: 409, errorCode: 'note.conflict' }));
    });

    it('is in the document, under its heading, with its code among those there are', () => {
      const { paths, components } = SwaggerModule.createDocument(host.app, new DocumentBuilder().build());
      const { tags, responses } = paths['/latchkey/note']!.post!;
      expect(tags).toEqual([notesFeature.tag.name]);
      expect(Object.keys(responses)).toContain('409');
      expect(components!.schemas!['LatchkeyErrorBody']).toMatchObject({
        properties: { code: { enum: expect.arrayContaining(['note.conflict', 'apikey.not_found']) } },
      });
    });

    it('goes with a workspace that is deleted', async () => {
      await host.send('POST', '/latchkey/note', { text: 'Gone soon.' }, key.header);
      const operator = { authorization: `Bearer ${OPERATOR_KEY}` };
      expect((await host.send('DELETE', `/latchkey/workspace/${key.workspaceId}`, undefined, operator)).status).toBe(
        200,
      );
      await host.app.get(WorkspacesService, { strict: false }).removed();
      expect(await notes()).toEqual([]);
    });
  });
});
