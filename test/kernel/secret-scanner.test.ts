import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { crc32 } from 'node:zlib';
import { BASE_62, generateKey, isWellFormedKey, maskKey } from '../../src/kernel/keys/key-format.js';
import { SecretScanner } from '../../src/kernel/keys/secret-scanner.js';

const PREFIX = fc.stringMatching(/^[A-Za-z]([A-Za-z0-9_]{0,14}[A-Za-z0-9])?$/);
const KEY = PREFIX.map((prefix) => generateKey(prefix));
const WORDS = fc.stringMatching(/^[0-9A-Za-z_.-]{0,80}$/);
const AROUND = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), WORDS);
const BASE_64_URL = fc.stringMatching(/^[A-Za-z0-9_-]{12,60}$/);
const TOKEN = fc
  .tuple(BASE_64_URL, BASE_64_URL, BASE_64_URL)
  .map(([header, payload, signature]) => `eyJ${header}.eyJ${payload}.${signature}`);

describe('SecretScanner', () => {
  const scanner = new SecretScanner();

  it('leaves no key in a text, whatever stands around it', () => {
    fc.assert(
      fc.property(AROUND, KEY, AROUND, KEY, AROUND, (before, one, between, other, after) => {
        const text = before + one + between + other + after;
        const redacted = scanner.redact(text);
        expect(redacted).not.toContain(one);
        expect(redacted).not.toContain(other);
        expect(scanner.contains(text)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  const LETTERS = /[^0-9A-Za-z_]+/g;
  const squeezed = (text: string) => text.normalize('NFKD').replace(LETTERS, '');
  const INVISIBLE = ['\u200b', '\u00ad', '\u0301', '\u2060', '\ufeff', '\u202e', '\ufe0f', '\u034f', '\u{e0061}'];
  const SPACES = [' ', '\n', '\r\n\t', '\u00a0', '\u2028', '\u3000', '=\n', '-', '" + "', '\\\n', '\u2800'];
  const INSERTED = fc.constantFrom(...INVISIBLE, ...SPACES);
  const disguised = fc.array(fc.tuple(fc.nat(120), INSERTED), { minLength: 1, maxLength: 6 }).map(
    (insertions) => (secret: string) =>
      insertions.reduce((text, [at, inserted]) => {
        const place = 1 + (at % (text.length - 1));
        return text.slice(0, place) + inserted + text.slice(place);
      }, secret),
  );
  const widened = fc.array(fc.nat(65), { minLength: 1, maxLength: 60 }).map((places) => (secret: string) => {
    const chosen = new Set(places);
    const wide = (character: string) => String.fromCharCode(character.charCodeAt(0) + 0xfee0);
    return Array.from(secret, (character, at) => (chosen.has(at) ? wide(character) : character)).join('');
  });
  const PROSE = fc.lorem({ maxCount: 12 });

  it('finds a key in which something stands that is not seen, or whose letters are of another width', () => {
    fc.assert(
      fc.property(PROSE, KEY, fc.oneof(disguised, widened), PROSE, (before, key, disguise, after) => {
        const text = `${before} ${disguise(key)} ${after}`;
        expect(scanner.contains(text)).toBe(true);
        expect(squeezed(scanner.redact(text))).not.toContain(key.slice(-49));
      }),
      { numRuns: 2000 },
    );
  });

  it('finds a key of a known prefix without it, disguised or not, and none of an unknown one', () => {
    const plain = fc.constant((secret: string) => secret);
    const knowing = new SecretScanner([], ['acme_live']);
    fc.assert(
      fc.property(PROSE, fc.oneof(plain, disguised, widened), PROSE, (before, disguise, after) => {
        for (const prefix of ['lk', 'acme_live']) {
          const secret = generateKey(prefix).slice(-49);
          for (const text of [secret, `${before} ${disguise(secret)} ${after}`, `_${secret}`]) {
            expect(knowing.contains(text)).toBe(true);
            expect(squeezed(knowing.redact(text))).not.toContain(secret);
          }
        }
        expect(scanner.contains(generateKey('acme_live').slice(-49))).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes no letters of one case for a key without its prefix, such as a digest in hexadecimal', () => {
    const digits = fc.stringMatching(/^[0-9a-f]{43}$/);
    const checksumOf = (secret: string) => {
      let [rest, text] = [crc32(`lk_${secret}`), ''];
      for (; text.length < 6; rest = Math.floor(rest / 62)) text = BASE_62.charAt(rest % 62) + text;
      return text;
    };
    fc.assert(
      fc.property(digits, (secret) => {
        const checksum = checksumOf(secret);
        expect(scanner.contains(secret + checksum)).toBe(/[A-Z]/.test(checksum));
      }),
      { numRuns: 1000 },
    );
  });

  it('finds tokens and literals in which something stands that is not seen', () => {
    const literal = 'Zq8mPw2v+Lx7Rt/Ky4BnHd9sJf3GcUa6Ee';
    const knowing = new SecretScanner([literal]);
    const token = `eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJhbGljZSJ9.${'c2lnbmF0dXJl'.repeat(4)}`;
    const spaced = fc.array(fc.tuple(fc.nat(120), fc.constantFrom(...INVISIBLE, ' ', '\n')), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(PROSE, spaced, (prose, insertions) => {
        for (const secret of [token, literal]) {
          const text = insertions.reduce((whole, [at, inserted]) => {
            const place = 1 + (at % (whole.length - 1));
            return whole.slice(0, place) + inserted + whole.slice(place);
          }, secret);
          expect(knowing.contains(`${prose} ${text}`)).toBe(true);
          expect(squeezed(knowing.redact(`${prose} ${text}`))).not.toContain(squeezed(secret).slice(10));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('does not take ordinary text for a credential: prose, identifiers, digests, base64, code', () => {
    const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 128 });
    const ordinary = fc.oneof(
      PROSE,
      fc.uuid(),
      hex,
      hex.map((text) => text.toUpperCase()),
      fc.base64String({ maxLength: 400 }),
      fc.stringMatching(/^[0-9A-Za-z]{40,64}$/),
      fc.stringMatching(/^(user|sess|evt|sk)_[0-9A-Za-z]{20,27}$/),
      fc.webUrl(),
      fc.emailAddress(),
      fc.json(),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        'Hey John told me. What a mess. Then he left.',
        'lk_3fGh…x9Qz',
        'keyJoining.somethingElse.again',
        maskKey(generateKey('lk')),
        generateKey('lk').slice(0, 30),
      ),
    );
    fc.assert(
      fc.property(
        fc.array(ordinary, { maxLength: 30 }),
        fc.constantFrom(' ', '\n', '', ', ', '_'),
        (parts, between) => {
          fc.pre(!/eyJ[\w-]{8,}\.[\w-]{8,}\./.test(parts.join(between)));
          expect(scanner.contains(parts.join(between))).toBe(false);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('leaves the rest of the text as it is', () => {
    fc.assert(
      fc.property(KEY, (key) => {
        expect(scanner.redact(`Use ${key}, then ${key}.`)).toBe(`Use ${maskKey(key)}, then ${maskKey(key)}.`);
      }),
    );
  });

  it('leaves no JSON Web Token in a text', () => {
    fc.assert(
      fc.property(AROUND, TOKEN, AROUND, (before, token, after) => {
        expect(scanner.redact(before + token + after)).not.toContain(token);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves none of its literals in a text, also where the text is JSON', () => {
    fc.assert(
      fc.property(AROUND, fc.stringMatching(/^[\x21-\x7e]{32,64}$/), AROUND, (before, literal, after) => {
        const knowing = new SecretScanner([literal]);
        expect(knowing.redact(before + literal + after)).not.toContain(literal);
        const json = JSON.stringify({ text: before + literal + after });
        expect(knowing.redact(json)).not.toContain(JSON.stringify(literal).slice(1, -1));
      }),
      { numRuns: 500 },
    );
  });

  it('masks what may have been a key: cut, with a character lost, doubled or wrong', () => {
    const damages: ((key: string, at: number) => string)[] = [
      (key, at) => key.slice(0, -1 - (at % 14)),
      (key, at) => key.slice(0, at) + key.slice(at + 1),
      (key, at) => key.slice(0, at) + key.charAt(at) + key.slice(at),
      (key, at) => key.slice(0, at) + (key.charAt(at) === '7' ? '8' : '7') + key.slice(at + 1),
      (key, at) => `${key}${'xY7'.repeat(2).slice(0, at % 7)}`,
    ];
    const separator = fc.constantFrom('', ' ', '"', '/', '=', '-', ':', '\n', '…', 'é');
    fc.assert(
      fc.property(
        separator,
        KEY,
        fc.constantFrom(...damages),
        fc.nat(42),
        separator,
        (before, key, damage, at, after) => {
          const secret = key.length - 49;
          const damaged = damage(key, secret + at);
          const redacted = scanner.redact(before + damaged + after);
          expect(redacted).not.toContain(damaged.slice(secret + 4, secret + 14));
          expect(redacted).not.toContain(damaged.slice(secret + 25, secret + 35));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('is certain of whole keys only', () => {
    const key = generateKey('lk');
    expect(scanner.contains(key)).toBe(true);
    expect(scanner.contains(key.slice(0, -1))).toBe(false);
  });

  it('does not mistake text without a credential for one', () => {
    fc.assert(
      fc.property(AROUND, (text) => {
        expect(scanner.redact(text)).toBe(damagedRedactedByDefinition(text));
        expect(scanner.contains(text)).toBe(false);
      }),
    );
    for (const text of [
      'lk_3fGh…x9Qz',
      'apikeys:view',
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'sha1_2fd4e1c67a2d28fced849ee1bb76e7391b93eb12',
      'ix_latchkey_audit_events_workspace_and_the_organisations_of_it',
      `user_2NNEqL2nrIRdJ194ndJqAHwEfxC`,
    ]) {
      expect(scanner.contains(text)).toBe(false);
      expect(scanner.redact(text)).toBe(text);
    }
  });

  it('finds what the definitions of a key and of a token say, in texts made of their fragments', () => {
    const fragment = fc.oneof(
      KEY,
      TOKEN,
      fc
        .tuple(KEY, fc.nat(66), fc.nat(66))
        .map(([key, one, other]) => key.slice(Math.min(one, other), Math.max(one, other))),
      fc.constantFrom(
        'eyJ',
        'eyJ'.repeat(5),
        '.',
        '..',
        '_',
        '__',
        '-',
        ' ',
        'a',
        'lk',
        'acme_live_',
        '…',
        'é',
        '\u{1f511}',
      ),
      fc.stringMatching(/^[0-9A-Za-z]{7,9}$/),
      fc.stringMatching(/^[0-9A-Za-z]{32,58}$/),
    );
    const text = fc.array(fragment, { maxLength: 12 }).map((fragments) => fragments.join(''));
    fc.assert(
      fc.property(text, (written) => {
        expect(scanner.redact(written)).toBe(redactedByDefinition(written));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    'eyJ',
    'eyJ.',
    'eyJ_',
    'eyJaaaaaaaa',
    'eyJaaaaaaaa.',
    'eyJaaaaaaaa.bbbbbbbb',
    'eyJaaaaaaaa.bbbbbbbb!',
    'a',
    'a_',
    '_',
    `${'a'.repeat(16)}_${'b'.repeat(49)}`,
    `${'a_'.repeat(8)}_${'0'.repeat(49)}`,
    generateKey('lk'),
    generateKey('a_b_c_d_e_f_g_h'),
    `${generateKey('lk')} `,
    `lk_${'aB'.repeat(24)}`,
    `_${'aB'.repeat(27)}c`,
    `_${'a'.repeat(55)}`,
    generateKey('lk').slice(3),
    `${generateKey('lk').slice(3)}\u200b`,
    '\u0315\u0300',
    'a\u0315\u0300\u0334',
    '\u0344',
    '\u0f73',
    '\ufdfa',
    '\uff41',
    '\u{1f511}',
    'eyJhbGciO',
    'eyJhbGciOaaaa.',
    `eyJhbGciO${'a'.repeat(590)}.`,
    `eyJhbGciOaaaa.${'b'.repeat(2000)}`,
  ])('takes time that grows with the length only, for %p over and over', (fragment) => {
    const text = fragment.repeat(Math.ceil(262_144 / fragment.length));
    const { user: before } = process.cpuUsage();
    scanner.contains(text);
    scanner.redact(text);
    // A hundred times what it takes; what grows with the square of the length takes longer by another hundred times.
    expect(process.cpuUsage().user - before).toBeLessThan(1_000_000);
  });
});

/** Tries each beginning and each end. */
function redactedByDefinition(text: string): string {
  let redacted = '';
  let done = 0;
  for (let end = 51; end <= text.length; end += 1) {
    const starts = Array.from({ length: 16 }, (_, at) => end - 51 - at).filter((start) => start >= 0);
    const start = starts.find((at) => isWellFormedKey(text.slice(at, end)));
    if (start === undefined) continue;
    redacted += text.slice(done, start) + maskKey(text.slice(Math.max(start, done), end));
    done = end;
  }
  const whole = redacted + text.slice(done);
  return damagedRedactedByDefinition(
    whole.replace(/eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, '[secret]'),
  );
}

/** Of each run of letters and digits behind a prefix, four are left at each end if it has nearly the length of a key's. */
function damagedRedactedByDefinition(text: string): string {
  return text
    .split(/([^0-9A-Za-z]+)/)
    .map((part, at, parts) => {
      const hasPrefix = parts[at - 1] === '_' && parts[at - 2] !== '';
      const isLikely = part.length >= 34 && part.length <= 55 && /[a-z]/.test(part) && /[A-Z]/.test(part);
      return hasPrefix && isLikely ? `${part.slice(0, 4)}…${part.slice(-4)}` : part;
    })
    .join('');
}
