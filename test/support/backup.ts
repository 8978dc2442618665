import { copyFile, rm } from 'node:fs/promises';
import { asAdministrator, type Store } from './stores.js';

/** Makes a backup of a database that nobody is connected to. @returns what restores it, once nobody is. */
export async function backUp(store: Store): Promise<() => Promise<void>> {
  if (store.kind === 'sqlite') {
    const path = fileOf(store);
    await copyFile(path, `${path}.backup`);
    return async () => {
      await empty(store);
      await copyFile(`${path}.backup`, path);
    };
  }
  const name = nameOf(store);
  await asAdministrator(`CREATE DATABASE ${name}_backup TEMPLATE ${name}`);
  return async () => {
    await asAdministrator(`DROP DATABASE ${name}`);
    await asAdministrator(`ALTER DATABASE ${name}_backup RENAME TO ${name}`);
  };
}

/** Puts an empty database in the place of one that nobody is connected to. */
export async function empty(store: Store): Promise<void> {
  if (store.kind === 'sqlite') {
    for (const log of ['', '-wal', '-shm']) await rm(fileOf(store) + log, { force: true });
    return;
  }
  await asAdministrator(`DROP DATABASE ${nameOf(store)}`);
  await asAdministrator(`CREATE DATABASE ${nameOf(store)}`);
}

/** Of a SQLite database. */
export function fileOf({ url }: Store): string {
  return url.replace('sqlite:', '');
}

function nameOf({ url }: Store): string {
  return new URL(url).pathname.slice(1);
}
