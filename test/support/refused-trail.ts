import { withSql } from './sql.js';
import type { Store } from './stores.js';

/** Lets the database refuse every new audit record meanwhile. */
export async function withTrailRefused(
  { store }: { readonly store: Store },
  meanwhile: () => Promise<void>,
): Promise<void> {
  const [refuse, allow] =
    store.kind === 'postgres'
      ? [
          `ALTER TABLE latchkey_audit_events ADD CONSTRAINT refused CHECK (false) NOT VALID`,
          `ALTER TABLE latchkey_audit_events DROP CONSTRAINT refused`,
        ]
      : [
          `CREATE TRIGGER refused BEFORE INSERT ON latchkey_audit_events BEGIN SELECT RAISE(ABORT, 'refused'); END`,
          `DROP TRIGGER refused`,
        ];
  await withSql(store, (query) => query(refuse));
  try {
    await meanwhile();
  } finally {
    await withSql(store, (query) => query(allow));
  }
}
