import type { AuditRecord } from './audit-record.js';

/** Records as newline-delimited JSON, one a line. */
export async function* toNdjson(records: AsyncIterable<AuditRecord>): AsyncGenerator<string> {
  for await (const record of records) yield `${JSON.stringify(record)}\n`;
}
