import { generateKey } from '../../src/kernel/keys/key-format.js';

export const MOST_BYTES = 64 * 1024 - 256;
/** Of all headers and the target together Node takes 16 KiB. */
export const MOST_OF_A_HEADER = 12 * 1024;

const key = generateKey('acme_live');

/** Fragments that are repeated: each is the worst for something that looks at text. */
export const FRAGMENTS: Readonly<Record<string, string>> = {
  'beginnings of tokens': 'eyJ',
  'short beginnings of tokens': 'eyJ.',
  'halves of tokens': 'eyJaaaaaaaa.bbbbbbbb ',
  dots: '.',
  'prefixes of keys': 'a_',
  'bodies of keys': `aaaaaaaaaaaaaaaa_${'b'.repeat(49)}`,
  keys: key,
  'keys next to each other': `${key} `,
  colons: '::',
  digits: '7',
  'address parts': '1:',
  spaces: ' ',
  tabs: '\t ',
  percents: '%25',
  commas: ',',
  quotes: '"',
  'quoted commas': '"a",',
  backslashes: '\\',
  semicolons: 'a=b;',
  slashes: '/',
};

const WIDE_FRAGMENTS: Readonly<Record<string, string>> = {
  'combining marks': `a${'\u0301'.repeat(30)}`,
  'characters of two units': '\u{1f511}',
  'characters that fold to several': '\u0130\ufb03',
};

export function repeated(fragment: string, bytes: number): string {
  return fragment.repeat(Math.floor(bytes / Buffer.byteLength(JSON.stringify(fragment).slice(1, -1))));
}

/** Values for one field of a body, as JSON. */
export const JSON_SHAPES: Readonly<Record<string, () => string>> = {
  ...Object.fromEntries(
    Object.entries({ ...FRAGMENTS, ...WIDE_FRAGMENTS }).map(([name, fragment]) => [
      name,
      () => JSON.stringify(repeated(fragment, MOST_BYTES)),
    ]),
  ),
  'a deep array': () => '['.repeat(MOST_BYTES / 2) + ']'.repeat(MOST_BYTES / 2),
  'a deep object': () => '{"a":'.repeat(MOST_BYTES / 6) + '1' + '}'.repeat(MOST_BYTES / 6),
  'many properties': () => `{${items((at) => `"p${at}":0`)}}`,
  'many numbers': () => `[${items((at) => String(at))}]`,
  'many short texts': () => `[${items((at) => `"a${at}"`)}]`,
  'many permissions': () => `[${items((at) => `"orders:refun${at}"`)}]`,
  'a hundred misspelt permissions': () =>
    JSON.stringify(Array.from({ length: 100 }, (_, at) => `resourc${at % 50}:actoin${at * 9}`)),
  'a hundred misspelt roles': () => JSON.stringify(Array.from({ length: 100 }, (_, at) => `Rol ${at}x`)),
  'two hundred permissions': () =>
    JSON.stringify(Array.from({ length: 200 }, (_, at) => `resource${at % 50}:action${at}`)),
  'many empty objects': () => `[${items(() => '{}')}]`,
  'many networks': () => `[${items((at) => `"10.${at >> 8}.${at & 255}.0/24"`)}]`,
  'a long number': () => '9'.repeat(MOST_BYTES),
  'a number with a long fraction': () => `0.${'1'.repeat(MOST_BYTES)}`,
};

function items(item: (at: number) => string): string {
  const all: string[] = [];
  for (let length = 0, at = 0; length < MOST_BYTES - 32; at += 1) {
    const next = item(at);
    all.push(next);
    length += next.length + 1;
  }
  return all.join(',');
}
