import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import type { NoteSignature } from './signed-note.js';
import { cosignedMessage, SIGNATURE_TYPES, VerifierKey } from './verifier-key.js';

const PUBLIC_KEY_BYTES = 32;

/** Signs notes. The key itself may be elsewhere. */
export interface NoteSigner {
  readonly key: VerifierKey;
  /** @throws {Error} if it cannot sign now. */
  sign(text: string): Promise<NoteSignature>;
}

/** Signs with a private key of Ed25519: as a log does, or as a witness does. */
export class Ed25519Signer implements NoteSigner {
  readonly key: VerifierKey;
  private readonly privateKey: KeyObject;

  /**
   * @param pem the private key, PKCS #8
   * @param now the time in a cosignature, in milliseconds since 1970
   * @throws {Error} if it is none of Ed25519. What it says holds nothing of the key.
   */
  constructor(
    name: string,
    pem: string,
    private readonly as: 'log' | 'witness' = 'log',
    private readonly now: () => number = Date.now,
  ) {
    this.privateKey = privateKeyOf(pem);
    const spki = createPublicKey(this.privateKey).export({ type: 'spki', format: 'der' });
    const type = as === 'log' ? SIGNATURE_TYPES.ed25519 : SIGNATURE_TYPES.cosignature;
    this.key = new VerifierKey(name, type, spki.subarray(-PUBLIC_KEY_BYTES));
  }

  sign(text: string): Promise<NoteSignature> {
    const { name, id: keyId } = this.key;
    return Promise.resolve({
      name,
      keyId,
      bytes: this.as === 'log' ? this.signed(Buffer.from(text)) : this.cosigned(text),
    });
  }

  private cosigned(text: string): Buffer {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(Math.floor(this.now() / 1000)));
    return Buffer.concat([time, this.signed(cosignedMessage(text, time.readBigUInt64BE()))]);
  }

  private signed(message: Buffer): Buffer {
    return sign(null, message, this.privateKey);
  }
}

function privateKeyOf(pem: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch {
    // What OpenSSL says may quote what it was given.
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new Error('It is no private key of Ed25519 in PEM (PKCS #8).');
  return key;
}
