import { existsSync, readdirSync } from 'node:fs';

/** How tsconfig.json resolves `latchkey` and `latchkey/internal/*`. */
const BY_NAME = 'aliased-tsconfig-paths';
/** From the floor up: a room knows those below it. */
const ROOMS = [
  'kernel',
  'input',
  'http',
  'database',
  'events',
  'identity',
  'rate-limits',
  'refused-attempts',
  'refused-requests',
  'authentication',
  'authorization',
  'auth',
  'grants',
];
const features = readdirSync('src').filter(
  (folder) => !ROOMS.includes(folder) && existsSync(`src/${folder}/${folder}.feature.ts`),
);
const FEATURES = `^src/(${features.join('|')})/`;
const CORE = `^src/(${ROOMS.join('|')})/`;

/**
 * Who may import whom: server → latchkey.module → features → auth → authorization → authentication → refused-requests →
 * refused-attempts, rate-limits → identity → events → database → http → input → kernel.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'library-knows-no-other-package',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(server|client)/' },
    },
    {
      name: 'server-imports-the-library-by-its-name',
      comment: 'As it is installed: `latchkey`, and `latchkey/internal/*` for what is not published.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^(src|client)/', dependencyTypesNot: [BY_NAME] },
    },
    {
      name: 'library-imports-itself-by-its-files',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/', dependencyTypes: [BY_NAME] },
    },
    {
      name: 'only-the-composition-knows-all',
      severity: 'error',
      from: { path: `${FEATURES}|${CORE}` },
      to: { path: '^src/latchkey\\.(module|routes|features|entities|errors)\\.ts$' },
    },
    {
      name: 'audit-is-not-imported',
      comment: 'The Audit module hears events. No other module calls it.',
      severity: 'error',
      from: {
        path: '^(src|server)/',
        pathNot: '^src/audit/|^src/latchkey\\.(module|features)\\.ts$|^src/index\\.ts$|^server/src/cli/',
      },
      to: { path: '^src/audit/' },
    },
    {
      name: 'features-keep-their-entities',
      comment: 'Features meet through exported services and ids.',
      severity: 'error',
      from: { path: '^(src/[^/]+|server)/' },
      to: { path: '\\.entity\\.ts$', pathNot: '^$1/' },
    },
    {
      name: 'core-knows-no-feature',
      severity: 'error',
      from: { path: CORE },
      to: { path: FEATURES },
    },
    {
      name: 'services-know-no-http',
      comment:
        'Hosts and the command line call them too. Controllers and what documents their answers may know requests.',
      severity: 'error',
      from: { path: FEATURES, pathNot: '\\.(controller|dto)\\.ts$' },
      to: { path: '^src/http/' },
    },
    ...ROOMS.map((room, at) => ({
      name: `${room}-knows-what-is-below`,
      severity: /** @type {const} */ ('error'),
      from: { path: `^src/${room}/` },
      to: { path: `^src/(${ROOMS.slice(at + 1).join('|') || 'none'})/` },
    })),
    {
      name: 'client-stands-alone',
      comment: 'The client runs wherever fetch is: nothing of the server, no Node, types included.',
      severity: 'error',
      from: { path: '^client/' },
      to: { pathNot: '^client/|node_modules/openapi-fetch/' },
    },
    {
      name: 'source-knows-no-test',
      severity: 'error',
      from: { path: '^(src|server|client)/' },
      to: { path: '^test/', dependencyTypesNot: ['npm'] },
    },
    {
      name: 'packages-need-no-dev-dependency',
      comment: 'What is installed stands on the dependencies and peers of its package; types are gone by then.',
      severity: 'error',
      from: { path: '^(src|server|client)/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
        dependencyTypesNot: ['npm-peer', 'type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
