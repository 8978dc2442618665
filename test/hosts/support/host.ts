import { Project } from './project.js';

/** A cell of the matrix, but for the HTTP adapter: every host has both, and is told which to use. */
export interface Host {
  nest: 11 | 12;
  database: 'sqlite3' | 'better-sqlite3' | 'pg';
  /** Whether it has a GraphQL resolver and a WebSocket gateway as well. */
  realtime?: boolean;
}

export const ADAPTERS = ['express', 'fastify'] as const;
export type Adapter = (typeof ADAPTERS)[number];

const DRIVERS = {
  sqlite3: { typeorm: '^0.3.20', sqlite3: '^6.0.1' },
  'better-sqlite3': { typeorm: '^1.0.0', 'better-sqlite3': '^12.0.0' },
  pg: { typeorm: '^1.0.0', pg: '^8.11.0', '@types/pg': '^8.0.0' },
} satisfies Record<Host['database'], Record<string, string>>;

const REALTIME = {
  '@apollo/server': '^5.0.0',
  '@as-integrations/express5': '^1.1.0',
  '@nestjs/apollo': '^14.0.0',
  '@nestjs/graphql': '^14.0.0',
  '@nestjs/mercurius': '^14.0.0',
  '@nestjs/platform-socket.io': '^12.0.0',
  '@nestjs/platform-ws': '^12.0.0',
  '@nestjs/websockets': '^12.0.0',
  '@swc/core': '^1.0.0',
  '@swc/jest': '^0.2.39',
  '@types/ws': '^8.0.0',
  graphql: '^16.0.0',
  mercurius: '^16.0.0',
  'socket.io-client': '^4.0.0',
  ws: '^8.0.0',
};

// Mercurius requires modules that are ESM only, which Jest's require cannot load before Node 24.9.
const TO_COMMONJS = { '(content-disposition|cookie)/.+\\.js$': ['@swc/jest', { module: { type: 'commonjs' } }] };

const FORMATS = {
  11: { type: 'commonjs', typescript: '~5.9.0', compiler: { module: 'CommonJS', moduleResolution: 'node10' } },
  12: { type: 'module', typescript: '~6.0.0', compiler: { module: 'NodeNext', moduleResolution: 'NodeNext' } },
} as const;

/** Makes the host a project of its own and builds it. */
export async function buildHost({ nest, database, realtime }: Host, tarball: string): Promise<Project> {
  const { type, typescript, compiler } = FORMATS[nest];
  const project = await Project.create();
  await project.copy('test/hosts/template');
  await project.copy(`test/hosts/template/databases/${database}.ts`, 'src/database.ts');
  if (realtime) await project.copy('test/hosts/realtime');
  await project.write({
    'package.json': {
      private: true,
      type,
      dependencies: {
        ...nestPackages(nest),
        'class-transformer': '^0.5.1',
        'class-validator': nest === 11 ? '^0.14.0' : '^0.15.0',
        'reflect-metadata': '^0.2.2',
        rxjs: '^7.8.0',
        ...DRIVERS[database],
        ...(realtime && REALTIME),
        latchkey: `file:${tarball}`,
      },
      devDependencies: { '@jest/globals': '^30.0.0', '@types/node': '^20.0.0', jest: '^30.0.0', typescript },
      // What may compile itself, or look for what it has been compiled to.
      allowScripts: { 'better-sqlite3': true, '@swc/core': true },
      jest: {
        testEnvironment: 'node',
        roots: ['<rootDir>/dist'],
        transform: realtime ? TO_COMMONJS : {},
        transformIgnorePatterns: ['node_modules/(?!(.*/)?(content-disposition|cookie)/)'],
        testTimeout: 120_000,
      },
    },
    'tsconfig.json': {
      compilerOptions: {
        ...compiler,
        target: 'ES2022',
        lib: ['ES2023'],
        types: ['node'],
        rootDir: '.',
        outDir: 'dist',
        strict: true,
        esModuleInterop: true,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
        useDefineForClassFields: false,
        skipLibCheck: true,
      },
      include: ['src', 'test'],
    },
  });
  await (database === 'sqlite3' ? project.installWithSqlite() : project.install());
  await project.node(['node_modules/typescript/bin/tsc']);
  return project;
}

/** Runs the host's own tests. @throws {Error} with their output if they fail or do not end. */
export function testHost(project: Project, { nest }: Host, adapter: Adapter, node: string): Promise<string> {
  const flags = FORMATS[nest].type === 'module' ? ['--experimental-vm-modules', '--no-warnings'] : [];
  return project.node([...flags, 'node_modules/jest/bin/jest.js'], { HOST_ADAPTER: adapter }, node);
}

/** What the compiler has to say against the types of the package, in the way the host resolves modules. */
export async function typeFaults(project: Project): Promise<string[]> {
  const compile = ['node_modules/typescript/bin/tsc', '--noEmit', '--skipLibCheck', 'false'];
  const output = await project.node(compile).catch((error: unknown) => String(error));
  return output.split('\n').filter((line) => line.startsWith('node_modules/latchkey/'));
}

function nestPackages(nest: number): Record<string, string> {
  const names = ['common', 'core', 'passport', 'platform-express', 'platform-fastify', 'swagger', 'typeorm'];
  return Object.fromEntries(names.map((name) => [`@nestjs/${name}`, `^${nest}.0.0`]));
}
