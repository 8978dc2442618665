/** Which tests are to notice what is broken below a path. They run in the process of Jest, not in built programs. */
const TESTS: readonly [path: string, tests: readonly string[]][] = [
  [
    'src/verification',
    [
      'test/verification',
      'test/embedding/service-input',
      'test/authentication/concurrency',
      'test/revocation/instances',
    ],
  ],
  ['src/revocation', ['test/revocation', 'test/simulation', 'test/database/file-in-place']],
  ['src/events/changes.ts', ['test/events/changes', 'test/api-keys/update']],
  ['src/events/domain-event.ts', ['test/events/in-transaction', 'test/audit/refusals']],
  ['src/events/unit-of-work.ts', ['test/events', 'test/revocation/durability']],
  [
    'src/events',
    ['test/events', 'test/database/transaction', 'test/database/host-transaction', 'test/embedding/events'],
  ],
  ['src/database/store-errors.ts', ['test/database/store-errors']],
  ['src/database', ['test/database', 'test/embedding/data-source', 'test/escalation/fairness']],
  ['src/identity/permission-set.ts', ['test/permissions/permission-set']],
  ['src/identity/restrictions.ts', ['test/authorization/restrictions', 'test/permissions/restrictions']],
  ['src/authentication/credential.ts', ['test/authentication/credential']],
  ['src/rate-limits', ['test/rate-limits']],
  ['src/refused-requests', ['test/audit/attempted', 'test/refused-attempts', 'test/embedding/transport']],
  ['src/authentication', ['test/authentication', 'test/embedding/principal-resolver', 'test/people', 'test/matrix']],
  ['src/authorization/define-permissions.ts', ['test/embedding/define-permissions']],
  ['src/authorization/host-documentation.ts', ['test/embedding/openapi']],
  ['src/authorization/escalation.ts', ['test/permissions', 'test/escalation/escalation']],
  [
    'src/authorization/permission.guard.ts',
    [
      'test/authorization/fail-closed',
      'test/embedding/guards',
      'test/embedding/global-guards',
      'test/embedding/principal-resolver',
      'test/input/order',
      'test/people',
      'test/matrix',
    ],
  ],
  ...['access-check', 'bound-guards', 'handler-kind', 'hosted-classes', 'request-instance.guard'].map(
    (name): [string, string[]] => [`src/authorization/${name}.ts`, ['test/embedding/unchecked-access']],
  ),
  [
    'src/authorization',
    [
      'test/authorization',
      'test/permissions',
      'test/embedding/guards',
      'test/embedding/unchecked-access',
      'test/embedding/define-permissions',
      'test/embedding/openapi',
      'test/escalation/escalation',
      'test/matrix',
    ],
  ],
  [
    'src/auth',
    ['test/authentication', 'test/embedding/global', 'test/embedding/host-input', 'test/input', 'test/people'],
  ],
  ['src/identity', ['test/authentication', 'test/permissions', 'test/people', 'test/matrix']],
  ['src/grants', ['test/roles', 'test/permissions', 'test/escalation']],
  ['src/roles', ['test/roles', 'test/escalation']],
  ['src/members', ['test/members', 'test/escalation']],
  ['src/api-keys', ['test/api-keys', 'test/escalation']],
  ['src/workspaces', ['test/workspaces']],
  ['src/operators', ['test/operators']],
  ['src/refused-attempts', ['test/refused-attempts', 'test/audit']],
  [
    'src/audit',
    ['test/audit', 'test/events/in-transaction', 'test/embedding/audit-record', 'test/embedding/service-input'],
  ],
  ['src/kernel', ['test/kernel', 'test/input', 'test/audit']],
  ['src/input', ['test/input', 'test/kernel']],
  ['src/http', ['test/input', 'test/operations/malformed-http', 'test/embedding/transport']],
  ['src/serving/connections.ts', ['test/operations/pipelining']],
  ['src/permissions', ['test/permissions']],
  ['src/restore', ['test/restore', 'test/operations/restored']],
  ['src/app.setup.ts', ['test/operations/malformed-http', 'test/input/transport', 'test/operations/logs']],
];

/** @throws {Error} for a file that no path of the list leads to */
export function testsOf(file: string): readonly string[] {
  const found = TESTS.find(([path]) => file.startsWith(path));
  if (!found) throw new Error(`test/mutants/tests-of.ts names no tests of ${file}.`);
  return found[1];
}
