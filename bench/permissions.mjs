import { PermissionSet } from '../dist/esm/identity/permission-set.js';

const CHECKS = 2_000_000;
const RUNS = 7;
const GRANTS_A_ROLE = 10;
const ROLES = [1, 10, 100];

/** What the holder of so many roles was given: different permissions of many resources, and one wildcard. */
function grantsOf(roles) {
  const grants = Array.from({ length: roles * GRANTS_A_ROLE }, (_, at) => `resource${at >> 2}:action${at}`);
  return [...grants, 'orders:*'];
}

/** Without compiling: looks through all grants, each time. */
function scan(grants, permission) {
  const wildcard = `${permission.slice(0, permission.indexOf(':'))}:*`;
  return grants.some((grant) => grant === '*' || grant === permission || grant === wildcard);
}

/** Nanoseconds a check, the median of the runs; `names` take turns, so that nothing is hoisted out of the loop. */
function measure(check, names, expected, checks) {
  const times = [];
  for (let run = 0; run < RUNS + 1; run += 1) {
    let held = 0;
    const start = process.hrtime.bigint();
    for (let at = 0; at < checks; at += 1) held += check(names[at % names.length]) ? 1 : 0;
    times.push(Number(process.hrtime.bigint() - start) / checks);
    if (held !== (expected ? checks : 0)) throw new Error('A check gave the wrong answer.');
  }
  // The first run compiles the code.
  return times.slice(1).sort((one, other) => one - other)[RUNS >> 1];
}

const rows = [];
for (const roles of ROLES) {
  const grants = grantsOf(roles);
  const compiled = new PermissionSet(grants);
  const kinds = [
    ['exact', grants.slice(-9, -1), true],
    ['wildcard', ['orders:refund', 'orders:ship', 'orders:cancel'], true],
    ['missing', ['invoices:send', 'resource0:send', 'apikeys:delete'], false],
  ];
  for (const [kind, names, expected] of kinds) {
    const ours = measure((name) => compiled.has(name), names, expected, CHECKS);
    const naive = measure((name) => scan(grants, name), names, expected, Math.ceil(CHECKS / (10 * roles)));
    rows.push({ roles, grants: grants.length, permission: kind, 'compiled, ns': ours, 'array scan, ns': naive });
  }
}

for (const row of rows) for (const column of ['compiled, ns', 'array scan, ns']) row[column] = Math.round(row[column]);
console.table(rows);
const slowest = Math.max(...rows.map((row) => row['compiled, ns']));
console.log(`Slowest compiled check: ${slowest} ns (limit: 1000 ns). Node ${process.version}.`);
process.exitCode = slowest < 1000 ? 0 : 1;
