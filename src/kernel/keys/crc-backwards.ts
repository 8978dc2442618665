import { crc32 } from 'node:zlib';

// The register of CRC-32 after one byte b, from 0xffffffff, is 0x00ffffff ^ TABLE[0xff ^ b]; crc32 gives its complement.
const TABLE = Uint32Array.from({ length: 256 }, (_, at) => crc32(Uint8Array.of(at ^ 0xff)) ^ 0xff000000);
// No two entries have the same highest byte, so that the byte which was shifted in can be told from the register.
const BY_HIGHEST_BYTE = new Uint8Array(256);
TABLE.forEach((entry, at) => (BY_HIGHEST_BYTE[entry >>> 24] = at));

/**
 * Where in a text of ASCII a part may begin that ends before `end` and has this CRC-32, not before `first`; the latest
 * first. Runs the register backwards: one step for each character, where trying each beginning would take one for each pair.
 */
export function beginningsByCrc(text: string, crc: number, first: number, end: number): number[] {
  const beginnings: number[] = [];
  let register = ~crc;
  for (let at = end - 1; at >= first; at -= 1) {
    const entry = BY_HIGHEST_BYTE[register >>> 24] ?? 0;
    register = ((register ^ (TABLE[entry] ?? 0)) << 8) | (entry ^ text.charCodeAt(at));
    if (register === -1) beginnings.push(at);
  }
  return beginnings;
}
