import { describe, expect, it } from '@jest/globals';
import { readAuditRecords } from '../../client/src/index.js';

const TEXT = '{"reason":"Naïve ✓ 🔑"}\n{"reason":null}\n';
const RECORDS = [{ reason: 'Naïve ✓ 🔑' }, { reason: null }];

/** A stream of the text in pieces of so many bytes. */
function streamOf(text: string, size: number, cancel: () => void = () => undefined): Response['body'] {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.subarray(at, (at += size)));
    },
    cancel,
  });
}

describe('readAuditRecords', () => {
  const read = async (stream: Response['body']): Promise<unknown[]> => {
    const records: unknown[] = [];
    for await (const record of readAuditRecords(stream)) records.push(record);
    return records;
  };

  it.each([1, 2, 3, 7, 1000])('reads records that arrive in pieces of %i bytes', async (size) => {
    expect(await read(streamOf(TEXT, size))).toEqual(RECORDS);
  });

  it('reads a last line without an end', async () => {
    expect(await read(streamOf(TEXT.trimEnd(), 5))).toEqual(RECORDS);
  });

  it('reads nothing of an empty export', async () => {
    expect(await read(streamOf('', 1))).toEqual([]);
    expect(await read(null)).toEqual([]);
  });

  it('throws if the export ends within a record', async () => {
    await expect(read(streamOf(TEXT.slice(0, -4), 5))).rejects.toThrow(/JSON/);
  });

  it('throws if the connection breaks', async () => {
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode(TEXT));
        controller.error(new Error('terminated'));
      },
    });
    await expect(read(stream)).rejects.toThrow('terminated');
  });

  it('ends the export when its reader has seen enough', async () => {
    let isCancelled = false;
    for await (const record of readAuditRecords(streamOf(TEXT, 40, () => void (isCancelled = true)))) {
      expect(record).toEqual(RECORDS[0]);
      break;
    }
    expect(isCancelled).toBe(true);
  });
});
