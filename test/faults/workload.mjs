// Creates and deletes keys through the built program's own service, and notes each acknowledgement in the file `notes`.
import { openSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const CALLERS = 4;
const [folder = '', changes = '0', seed = '0'] = process.argv.slice(2);

/** @param {string} file */
const load = (file) => import(pathToFileURL(resolve(file)).href);
const { createService } = await load('server/dist/app.setup.js');
const { readEnvironment } = await load('server/dist/config/environment.js');
const { ApiKeysService } = await load('dist/esm/api-keys/api-keys.service.js');
const { WorkspacesService } = await load('dist/esm/workspaces/workspaces.service.js');
const { Principal } = await load('dist/esm/identity/principal.js');

const notes = openSync(join(folder, 'notes'), 'a');
/** @param {Record<string, string>} what */
const note = (what) => writeSync(notes, `${JSON.stringify(what)}\n`);

const databaseUrl = `sqlite:${join(folder, 'latchkey.db')}`;
const { app } = await createService(readEnvironment({ DATABASE_URL: databaseUrl, LOG_LEVEL: 'error' }));
const apiKeys = app.get(ApiKeysService, { strict: false });
const workspaces = app.get(WorkspacesService, { strict: false });
const system = Principal.system('workload');
const actor = system.in((await workspaces.create(system, { name: 'Workload' })).id);

/** @type {string[]} */
const living = [];
let left = Number(changes);
let state = Number(seed);
const roll = () => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;

async function create() {
  const { key } = await apiKeys.create(actor, { keyName: `key ${left}`, permissions: ['apikeys:view'] });
  note({ created: key.id });
  living.push(key.id);
}

async function remove() {
  const [id] = living.splice(Math.floor(roll() * living.length), 1);
  if (id === undefined) return;
  note({ deleting: id });
  await apiKeys.delete(actor, id, {});
  note({ deleted: id });
}

async function call() {
  while (left > 0) {
    left -= 1;
    await (living.length > 0 && roll() < 0.45 ? remove() : create());
  }
}

await Promise.all(Array.from({ length: CALLERS }, call));
await app.close();
