import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';

/** How a signature of a note is made: of the text by a log, or of the text and a time by a witness. */
export const SIGNATURE_TYPES = { ed25519: 0x01, cosignature: 0x04 } as const;
export type SignatureType = (typeof SIGNATURE_TYPES)[keyof typeof SIGNATURE_TYPES];

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TIME_BYTES = 8;
const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(SIGNATURE_TYPES));
// Unicode spaces, plus signs and control characters.
const NOT_IN_NAMES = /[\s\p{White_Space}\p{Cc}+]/u;

/**
 * A key that notes are verified with, C2SP signed-note and tlog-cosignature: written `<name>+<id>+<base64>`.
 */
export class VerifierKey {
  /** Eight hexadecimal digits, lower case. */
  readonly id: string;
  private readonly key: KeyObject;

  /**
   * @param publicKey of Ed25519, 32 bytes
   * @throws {Error} if the name cannot be that of a key, or the key is none.
   */
  constructor(
    readonly name: string,
    readonly type: SignatureType,
    readonly publicKey: Buffer,
  ) {
    assertKeyName(name);
    if (publicKey.length !== KEY_BYTES) throw new Error(`A public key of Ed25519 has ${KEY_BYTES} bytes.`);
    this.id = keyIdOf(name, type, publicKey);
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: publicKey.toString('base64url') };
    this.key = createPublicKey({ key: jwk, format: 'jwk' });
  }

  /** @throws {Error} saying what is wrong with the text. */
  static parse(text: string): VerifierKey {
    const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text);
    const [, name = '', id = '', encoded = ''] = match ?? [];
    const bytes = fromBase64(encoded);
    const type = bytes?.[0];
    if (!match || !bytes || type === undefined) throw new Error('A verifier key is written <name>+<id>+<base64>.');
    if (!isKnown(type)) throw new Error(`Verifier key ${name}: signatures of type ${type} are not known here.`);
    const key = new VerifierKey(name, type, bytes.subarray(1));
    if (key.id !== id) throw new Error(`Verifier key ${name}: its id is ${key.id}, not ${id}.`);
    return key;
  }

  toString(): string {
    return `${this.name}+${this.id}+${Buffer.concat([Buffer.of(this.type), this.publicKey]).toString('base64')}`;
  }

  /** @param signature without the id of the key */
  verifies(text: string, signature: Buffer): boolean {
    if (this.type === SIGNATURE_TYPES.ed25519) return this.isOf(Buffer.from(text), signature);
    if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return false;
    return this.isOf(cosignedMessage(text, signature.readBigUInt64BE()), signature.subarray(TIME_BYTES));
  }

  private isOf(message: Buffer, signature: Buffer): boolean {
    return signature.length === SIGNATURE_BYTES && verify(null, message, this.key, signature);
  }
}

/** What a witness signs: C2SP tlog-cosignature. @param time seconds since 1970 */
export function cosignedMessage(text: string, time: bigint): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
}

/** @throws {Error} unless it can be the name of a key in a note. */
export function assertKeyName(name: string): void {
  if (name !== '' && name.isWellFormed() && !NOT_IN_NAMES.test(name)) return;
  throw new Error(`${JSON.stringify(name)} is no name of a key: it must not be empty, nor hold spaces or plus signs.`);
}

/** Bytes, if the text is their base64 as it is written by the standard; else undefined. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Node reads much that is none.
  return bytes.toString('base64') === text ? bytes : undefined;
}

function isKnown(type: number): type is SignatureType {
  return KNOWN_TYPES.has(type);
}

function keyIdOf(name: string, type: SignatureType, publicKey: Buffer): string {
  const bytes = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), publicKey]);
  return hash('sha256', bytes, 'hex').slice(0, 8);
}
