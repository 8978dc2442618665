import type { SecretScanner } from '../kernel/keys/secret-scanner.js';

const LONGEST = 255;
/** Of a longer name, what comes behind is not looked at. */
const MOST_READ = 16_384;
/** Control characters, those that turn the direction of what stands around them, and ends of lines. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/**
 * What to show of a person or a program by what they call themselves, which may be anything: without characters that
 * change what is shown around it, credentials masked, and cut; empty if that is no text.
 */
export function displayOf(name: unknown, secrets: SecretScanner): string {
  if (typeof name !== 'string') return '';
  const plain = name.slice(0, MOST_READ).replace(UNSAFE, '').toWellFormed();
  return secrets.redact(plain).slice(0, LONGEST).toWellFormed().trim();
}
