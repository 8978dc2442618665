import { Module, type DynamicModule, type INestApplicationContext, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import {
  ApiKeysService,
  LATCHKEY_ENTITIES,
  LatchkeyModule,
  Principal,
  WorkspacesService,
  type LatchkeyModuleOptions,
} from '../../src/index.js';
import type { Answer, Body } from '../support/client.js';
import { sendRaw } from '../support/raw-request.js';
import { uniqueName } from '../support/service.js';
import { createStore, type Store, type StoreKind } from '../support/stores.js';
import { Order } from './order.entity.js';

export const OPERATOR_KEY = 'the-operator-key-of-a-host-0123456789';

export interface HostSetup extends Pick<ModuleMetadata, 'controllers' | 'providers'> {
  /** Options for `forRoot`, or the module itself; null for a host that does without. */
  latchkey?: LatchkeyModuleOptions | DynamicModule | null;
  imports?: NonNullable<ModuleMetadata['imports']>;
  /** What its `main.ts` does with the application. */
  configure?: (app: NestFastifyApplication) => void;
  /** @default 'fastify' */
  adapter?: HostAdapter;
  /** Keep the bytes of bodies. */
  rawBody?: boolean;
  /** @default true */
  bodyParser?: boolean;
  /** In place of its one data source. */
  dataSources?: (options: DataSourceOptions) => DynamicModule[];
}

@Module({})
class HostModule {}

export type HostAdapter = 'fastify' | 'express';

export const HOST_ADAPTERS: readonly HostAdapter[] = ['fastify', 'express'];

/** A Nest application of somebody else, with Latchkey in it, listening on a free port, on a database of its own. */
export interface Host {
  app: NestFastifyApplication;
  store: Store;
  url: string;
  dataSource: DataSource;
  get: (path: string, headers?: Record<string, string>) => Promise<Answer>;
  send: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
  /** A new key, in a workspace of its own unless one is given. */
  createKey: (permissions: string[], more?: KeyExtras) => Promise<HostKey>;
  createWorkspace: () => Promise<string>;
  /** The trail of a workspace, newest first. */
  recordsOf: (workspaceId: string, action?: string) => Promise<Body[]>;
  stop: () => Promise<void>;
}

interface KeyExtras {
  workspaceId?: string;
  rateLimit?: { limit: number; windowSeconds: number };
}

export interface HostKey {
  id: string;
  name: string;
  workspaceId: string;
  secret: string;
  /** The header that presents it. */
  header: { authorization: string };
}

/** The options a host would give to its data source, for the store. */
export function hostDataSource({ kind, url }: Store): DataSourceOptions {
  const common = { entities: [...LATCHKEY_ENTITIES, Order], synchronize: true };
  return kind === 'sqlite'
    ? { ...common, type: 'sqlite', database: url.replace('sqlite:', '') }
    : { ...common, type: 'postgres', url };
}

export async function startHost(kind: StoreKind, setup: HostSetup = {}): Promise<Host> {
  const store = await createStore(kind);
  try {
    const app = await createHost(store, setup);
    await app.listen(0, '127.0.0.1');
    return await hostOf(app, store);
  } catch (error) {
    await store.drop();
    throw error;
  }
}

/** The application before it starts. @throws what keeps it from being created. */
export async function createHost(
  store: Store,
  { latchkey = {}, imports = [], controllers = [], providers = [], configure, dataSources, ...http }: HostSetup,
): Promise<NestFastifyApplication> {
  const options = hostDataSource(store);
  const module: DynamicModule = {
    module: HostModule,
    imports: [...(dataSources?.(options) ?? [TypeOrmModule.forRoot(options)]), ...latchkeyOf(latchkey), ...imports],
    controllers,
    providers,
  };
  const adapter = http.adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter();
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: false,
    abortOnError: false,
    rawBody: http.rawBody ?? false,
    bodyParser: http.bodyParser ?? true,
  });
  configure?.(app);
  return app;
}

function latchkeyOf(latchkey: HostSetup['latchkey']): DynamicModule[] {
  if (!latchkey) return [];
  return [
    'module' in latchkey ? latchkey : LatchkeyModule.forRoot({ operatorKey: OPERATOR_KEY, ...latchkey }),
  ] as DynamicModule[];
}

async function hostOf(app: NestFastifyApplication, store: Store): Promise<Host> {
  const url = await app.getUrl();
  const send: Host['send'] = (method, path, body, headers = {}) =>
    sendRaw(url, {
      method,
      path,
      headers: Object.entries({ ...(body !== undefined && { 'content-type': 'application/json' }), ...headers }),
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  return {
    app,
    store,
    url,
    dataSource: app.get(DataSource, { strict: false }),
    get: (path, headers) => send('GET', path, undefined, headers),
    send,
    createKey: (permissions, more) => createKey(app, permissions, more),
    createWorkspace: () => createWorkspace(app),
    recordsOf: async (workspaceId, action) => {
      const filter = action === undefined ? '' : `?action=${action}`;
      const headers = { authorization: OPERATOR_KEY, 'x-workspace-id': workspaceId };
      const { status, text, body } = await send('GET', `/latchkey/audit${filter}`, undefined, headers);
      if (status !== 200) throw new Error(`The trail cannot be read: ${text}`);
      return body.data;
    },
    stop: async () => {
      await app.close();
      await store.drop();
    },
  };
}

async function createWorkspace(app: INestApplicationContext): Promise<string> {
  const workspaces = app.get(WorkspacesService, { strict: false });
  return (await workspaces.create(Principal.system('test'), { name: uniqueName('Workspace') })).id;
}

async function createKey(
  app: INestApplicationContext,
  permissions: string[],
  { workspaceId, ...more }: KeyExtras = {},
): Promise<HostKey> {
  const name = uniqueName('Key');
  const workspace = workspaceId ?? (await createWorkspace(app));
  const actor = Principal.system('test', workspace);
  const apiKeys = app.get(ApiKeysService, { strict: false });
  const { key, secret } = await apiKeys.create(actor, { keyName: name, permissions, ...more });
  return { id: key.id, name, workspaceId: workspace, secret, header: { authorization: `Bearer ${secret}` } };
}
