import { createService, type Service } from '../../server/src/app.setup.js';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { Clock } from '../../src/kernel/clock.js';
import { readEnvironment } from '../../server/src/config/environment.js';
import { Client } from './client.js';
import { createStore, type Store, type StoreKind } from './stores.js';

/** The service in this process, listening on a free port of the loopback address, on a database of its own. */
export interface RunningService extends Service {
  url: string;
  store: Store;
  operatorKey: string;
  /** As the operator, in no workspace. */
  operator: Client;
  /** A client without a credential. */
  anonymous: Client;
  /** Moves the service's time of day forward. */
  advance: (milliseconds: number) => void;
  stop: () => Promise<void>;
}

export async function startService(kind: StoreKind, variables: Record<string, string> = {}): Promise<RunningService> {
  const store = await createStore(kind);
  const service = await startOn(store, generateKey('op'), variables);
  const stop = async (): Promise<void> => {
    await service.stop();
    await store.drop();
  };
  return { ...service, stop };
}

/** An instance on a database that is there, such as that of a running service. Stops by itself, and leaves the database. */
export function startInstance(
  of: Pick<RunningService, 'store' | 'operatorKey'>,
  variables: Record<string, string> = {},
): Promise<RunningService> {
  return startOn(of.store, of.operatorKey, variables);
}

async function startOn(store: Store, operatorKey: string, variables: Record<string, string>): Promise<RunningService> {
  const service = await createService(
    readEnvironment({
      DATABASE_URL: store.url,
      LATCHKEY_OPERATOR_KEY: operatorKey,
      // Held also on a machine that has other things to do, by whatever is not about leases.
      LATCHKEY_LEASE_MS: '10000',
      LATCHKEY_DOCS: 'off',
      LOG_LEVEL: 'silent',
      ...variables,
    }),
  );
  try {
    await service.app.listen(0, '127.0.0.1');
  } catch (error) {
    // What had begun would go on, and keep the test's process alive.
    await service.app.close();
    throw error;
  }
  const url = (await service.app.getUrl()).replace('[::1]', '127.0.0.1');
  const anonymous = await Client.of(url);
  return {
    ...service,
    url,
    store,
    operatorKey,
    anonymous,
    operator: anonymous.as(operatorKey),
    advance: (milliseconds) => advanceClock(service.app.get(Clock, { strict: false }), milliseconds),
    stop: () => service.app.close(),
  };
}

/** A new workspace, the operator in it, and a way to make keys there. */
export interface WorkspaceFixture {
  id: string;
  operator: Client;
  /** A client with a new key that has these permissions. */
  keyWith: (...permissions: string[]) => Promise<KeyFixture>;
}

export interface KeyFixture {
  id: string;
  secret: string;
  name: string;
  client: Client;
}

let names = 0;

/** A name that no other test of this process uses. */
export function uniqueName(prefix: string): string {
  names += 1;
  return `${prefix} ${names}`;
}

export async function createWorkspace({ operator }: RunningService): Promise<WorkspaceFixture> {
  const { body } = await operator.post('/workspace', { name: uniqueName('Workspace') }).expect(201);
  const id = String(body.id);
  const inside = operator.in(id);
  const keyWith = async (...permissions: string[]): Promise<KeyFixture> => {
    const name = uniqueName('Key');
    const created = await inside.post('/apikey', { keyName: name, permissions }).expect(201);
    const secret = String(created.body.apiKey);
    return { id: String(created.body.id), secret, name, client: operator.as(secret) };
  };
  return { id, operator: inside, keyWith };
}

function advanceClock(clock: Clock, milliseconds: number): void {
  const time = clock.time.bind(clock);
  clock.time = () => time() + milliseconds;
}
