import type { AuditRecord } from './records/audit-record.js';

const PIECE = 64 * 1024;

/** Records as newline-delimited JSON, one a line, in pieces of many lines. */
export async function* toNdjson(records: AsyncIterable<AuditRecord>): AsyncGenerator<string> {
  let lines = '';
  for await (const record of records) {
    lines += `${JSON.stringify(record)}\n`;
    if (lines.length < PIECE) continue;
    yield lines;
    lines = '';
  }
  if (lines !== '') yield lines;
}
