const SHELL =
  '^src/(main|serve|lifecycle|stop-signals|app\\.[a-z]+|connections|drain|verify-shortcut|version)\\.ts$|^src/(config|canary|health|openapi|metrics|workers|cli)/';
const FEATURES =
  '^src/(api-keys|audit|members|operators|permissions|restore|revocation|roles|usage|verification|workspaces)/';

/**
 * Who may import whom: shell → latchkey.module → features → auth → events → database → common.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'library-knows-no-shell',
      severity: 'error',
      from: { path: '^src/', pathNot: SHELL },
      to: { path: SHELL },
    },
    {
      name: 'only-the-composition-knows-all',
      severity: 'error',
      from: { path: `${FEATURES}|^src/(auth|events|database|common)/` },
      to: { path: '^src/latchkey\\.(module|routes)\\.ts$' },
    },
    {
      name: 'nobody-imports-audit',
      comment: 'The Audit module hears events; nobody calls it.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot:
          '^src/audit/|^src/latchkey\\.(module|routes)\\.ts$|^src/index\\.ts$|^src/database/entities\\.ts$|^src/cli/',
      },
      to: { path: '^src/audit/' },
    },
    {
      name: 'features-keep-their-entities',
      comment:
        'Features meet through exported services and ids. Only the foreign key to the workspace needs its entity.',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: '^src/database/entities\\.ts$' },
      to: { path: '\\.entity\\.ts$', pathNot: '^src/$1/|^src/workspaces/workspace\\.entity\\.ts$' },
    },
    {
      name: 'core-knows-no-feature',
      severity: 'error',
      from: { path: '^src/(auth|events|database|common)/', pathNot: '^src/database/entities\\.ts$' },
      to: { path: FEATURES },
    },
    {
      name: 'events-know-no-auth',
      severity: 'error',
      from: { path: '^src/(events|database|common)/', pathNot: '^src/database/entities\\.ts$' },
      to: { path: '^src/auth/' },
    },
    {
      name: 'database-knows-no-events',
      severity: 'error',
      from: { path: '^src/(database|common)/', pathNot: '^src/database/entities\\.ts$' },
      to: { path: '^src/events/' },
    },
    {
      name: 'client-stands-alone',
      comment: 'The client runs wherever fetch is: nothing of the server, no Node, types included.',
      severity: 'error',
      from: { path: '^src/client/' },
      to: { pathNot: '^src/client/|node_modules/openapi-fetch/' },
    },
    { name: 'common-is-a-leaf', severity: 'error', from: { path: '^src/common/' }, to: { path: '^src/(?!common/)' } },
    {
      name: 'source-knows-no-test',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^test/', dependencyTypesNot: ['npm'] },
    },
    {
      name: 'library-needs-no-dev-dependency',
      comment: 'What a host imports stands on the dependencies and peers of the package; types are gone by then.',
      severity: 'error',
      from: { path: '^src/', pathNot: SHELL },
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
