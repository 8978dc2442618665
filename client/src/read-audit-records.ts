import type { AuditRecord } from './schema.js';

/**
 * The records of an export (`GET /audit/export`, called with `parseAs: 'stream'`), each as soon as it has arrived. To
 * stop reading ends the export.
 *
 * @throws {Error} if the export breaks off: what was read until then is not all of it.
 */
export async function* readAuditRecords(stream: Response['body']): AsyncGenerator<AuditRecord, void, undefined> {
  if (!stream) return;
  const reader = stream.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const lines = (rest + decoder.decode(value, { stream: !done })).split('\n');
      rest = done ? '' : (lines.pop() ?? '');
      for (const line of lines) if (line !== '') yield JSON.parse(line) as AuditRecord;
      if (done) return;
    }
  } finally {
    await reader.cancel();
  }
}
