import { describe, expect, it } from '@jest/globals';
import { displayOf } from '../../src/identity/display-of.js';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { SecretScanner } from '../../src/kernel/keys/secret-scanner.js';

const SECRETS = new SecretScanner();
const KEY = generateKey('lk');

describe('what is shown of a person or a program', () => {
  it.each<[what: string, name: unknown, shown: string]>([
    ['a name', 'Zoë 👩‍🚀 O’Hara', 'Zoë 👩‍🚀 O’Hara'],
    ['no text', ['Zoe'], ''],
    ['nothing', undefined, ''],
    ['control characters', 'Z\0o\u001b[2Je\u007f\u009b\n', 'Zo[2Je'],
    ['what turns the direction of text', '\u202eeoZ\u202c \u2066x\u2069\u200f\u061c', 'eoZ x'],
    ['line separators', 'Zoe\u2028Ann\u2029', 'ZoeAnn'],
    ['lone surrogates', 'Z\ud800e', 'Z\ufffde'],
    ['blanks around it', ' Zoe  ', 'Zoe'],
    ['blanks only', ' \t ', ''],
    ['a key in it', `Zoe ${KEY}`, `Zoe ${SECRETS.redact(KEY)}`],
    ['255 characters', 'x'.repeat(255), 'x'.repeat(255)],
    ['more', 'x'.repeat(256), 'x'.repeat(255)],
    ['more, cut inside of a character', `${'x'.repeat(254)}😀`, `${'x'.repeat(254)}\ufffd`],
    ['what comes too late to be looked at', `${'\0'.repeat(16_384)}Zoe`, ''],
  ])('%s', (_, name, shown) => {
    expect(displayOf(name, SECRETS)).toBe(shown);
  });
});
