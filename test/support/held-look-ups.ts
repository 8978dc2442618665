import { Database } from '../../src/database/database.js';
import { FIND_KEYS } from '../../src/api-keys/look-up/keys-by-hash.js';
import type { RunningService } from './service.js';

/** Makes the look-ups of keys wait, as a slow database does, however slow the machine. Returns what ends it. */
export function holdLookUps({ app }: RunningService): () => void {
  const database = app.get(Database, { strict: false });
  const lookUp = database.lookUp.bind(database);
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  database.lookUp = async <Row>(...[read, parameters]: Parameters<Database['lookUp']>): Promise<Row[]> => {
    if (read === FIND_KEYS) await released;
    return lookUp<Row>(read, parameters);
  };
  return () => {
    database.lookUp = lookUp;
    release();
  };
}

/**
 * Makes the next look-up of a key keep its answer to itself, once the database has given it.
 *
 * @returns `read` resolves once it has; `release` lets the answer go
 */
export function holdNextAnswer({ app }: RunningService): { read: Promise<void>; release: () => void } {
  const database = app.get(Database, { strict: false });
  const lookUp = database.lookUp.bind(database);
  let [release, tellRead]: (() => void)[] = [];
  const released = new Promise<void>((resolve) => (release = resolve));
  const read = new Promise<void>((resolve) => (tellRead = resolve));
  database.lookUp = async <Row>(...[statement, parameters]: Parameters<Database['lookUp']>): Promise<Row[]> => {
    if (statement !== FIND_KEYS) return lookUp<Row>(statement, parameters);
    database.lookUp = lookUp;
    const rows = await lookUp<Row>(statement, parameters);
    tellRead?.();
    await released;
    return rows;
  };
  return { read, release: () => release?.() };
}
