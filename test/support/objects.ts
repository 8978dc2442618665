import { newId } from '../../src/kernel/ids.js';
import { uniqueName, type WorkspaceFixture } from './service.js';

/** What a path can name, by the word that stands before its id: how the tests come by one of each. */
export interface ObjectKind {
  /** The code of the refusal of an unknown one. */
  unknownCode: string;
  /** Makes one in the workspace. Returns what a path calls it. */
  create: (workspace: WorkspaceFixture) => Promise<string>;
  /** One that is there already and will do where it is only read; without this, a new one. */
  present?: (workspace: WorkspaceFixture) => string;
  /** One that was in the workspace and is gone; without this, one is created and then deleted by its path. */
  deleted?: (workspace: WorkspaceFixture) => Promise<string>;
  /** The permissions that a new one holds, if who removes it must hold them too. */
  holds?: readonly string[];
  /** What none is called. */
  unknown: () => string;
  /** The method that makes one where there was none. */
  createdBy?: string;
}

const created = async (workspace: WorkspaceFixture, path: string, body: object, id: string): Promise<string> =>
  String((await workspace.operator.post(path, body).expect(201)).body[id]);

const latestRecord = async (workspace: WorkspaceFixture): Promise<string> =>
  String((await workspace.operator.get('/audit?limit=1').expect(200)).body.data[0].id);

export const OBJECT_KINDS: Record<string, ObjectKind> = {
  apikey: {
    unknownCode: 'apikey.not_found',
    create: (workspace) =>
      created(workspace, '/apikey', { keyName: uniqueName('Key'), permissions: ['apikeys:view'] }, 'id'),
    unknown: newId,
  },
  role: {
    unknownCode: 'role.not_found',
    holds: ['apikeys:view'],
    create: (workspace) =>
      created(workspace, '/role', { name: uniqueName('Role'), permissions: ['apikeys:view'] }, 'id'),
    unknown: newId,
  },
  member: {
    unknownCode: 'member.not_found',
    holds: ['apikeys:view'],
    create: async (workspace) => {
      const subject = `auth0|${newId()}`;
      await workspace.operator.put(`/member/${encodeURIComponent(subject)}`, { roles: ['viewer'] }).expect(200);
      return subject;
    },
    unknown: () => `auth0|${newId()}`,
    createdBy: 'put',
  },
  permission: {
    unknownCode: 'permission.not_found',
    create: (workspace) =>
      created(workspace, '/permission', { name: `orders:act-${newId()}`, description: 'Act' }, 'name'),
    unknown: () => `orders:act-${newId()}`,
  },
  workspace: {
    unknownCode: 'workspace.not_found',
    create: (workspace) => created(workspace, '/workspace', { name: uniqueName('Workspace') }, 'id'),
    present: ({ id }) => id,
    unknown: newId,
  },
  audit: {
    unknownCode: 'audit.not_found',
    create: latestRecord,
    // No record can be deleted: one of a workspace that is.
    deleted: async (workspace) => {
      const id = await created(workspace, '/workspace', { name: uniqueName('Workspace') }, 'id');
      const gone = { ...workspace, id, operator: workspace.operator.in(id) };
      const record = await latestRecord(gone);
      await workspace.operator.delete(`/workspace/${id}`).expect(200);
      return record;
    },
    unknown: newId,
  },
};

/** @throws {Error} for a path of which the table says nothing. */
export function objectKindOf(path: string): ObjectKind {
  const [, word = ''] = /^\/api\/v1\/([^/]+)/.exec(path) ?? [];
  const kind = OBJECT_KINDS[word];
  if (!kind) throw new Error(`${path}: say in test/support/objects.ts how the tests come by a ${word}.`);
  return kind;
}
