/** Which tests are to notice what is broken below a path. They run in the process of Jest, not in built programs. */
const TESTS: readonly [path: string, tests: readonly string[]][] = [
  [
    'src/verification',
    ['test/verification', 'test/embedding/service-input', 'test/auth/concurrency', 'test/revocation/instances'],
  ],
  ['src/revocation', ['test/revocation', 'test/simulation', 'test/database/file-in-place']],
  [
    'src/events',
    ['test/events', 'test/database/transaction', 'test/database/host-transaction', 'test/embedding/events'],
  ],
  ['src/database', ['test/database', 'test/embedding/data-source', 'test/escalation/fairness']],
  ['src/auth/permission-set.ts', ['test/permissions/permission-set']],
  ['src/auth/restrictions.ts', ['test/auth/restrictions', 'test/permissions/restrictions']],
  ['src/auth/credential.ts', ['test/auth/credential']],
  ['src/auth/rate-limit', ['test/auth/rate-limit']],
  ['src/auth/shared-rate-limits.ts', ['test/auth/rate-limit']],
  [
    'src/auth',
    [
      'test/auth',
      'test/permissions',
      'test/embedding/guards',
      'test/embedding/global',
      'test/embedding/unchecked-access',
      'test/embedding/principal-resolver',
      'test/embedding/host-input',
      'test/embedding/transport',
      'test/embedding/define-permissions',
      'test/embedding/openapi',
      'test/escalation/escalation',
      'test/audit/attempted',
      'test/people',
      'test/matrix',
    ],
  ],
  ['src/grants', ['test/roles', 'test/permissions', 'test/escalation']],
  ['src/roles', ['test/roles', 'test/escalation']],
  ['src/members', ['test/members', 'test/escalation']],
  ['src/api-keys', ['test/api-keys', 'test/escalation']],
  ['src/workspaces', ['test/workspaces']],
  ['src/operators', ['test/operators']],
  ['src/refused-attempts', ['test/audit']],
  ['src/audit', ['test/audit', 'test/events/in-transaction', 'test/embedding/audit-record']],
  ['src/common', ['test/common', 'test/input', 'test/audit', 'test/operations/malformed-http']],
  ['src/app.setup.ts', ['test/operations/malformed-http', 'test/input/transport', 'test/operations/logs']],
];

/** @throws {Error} for a file that no path of the list leads to */
export function testsOf(file: string): readonly string[] {
  const found = TESTS.find(([path]) => file.startsWith(path));
  if (!found) throw new Error(`test/mutants/tests-of.ts names no tests of ${file}.`);
  return found[1];
}
