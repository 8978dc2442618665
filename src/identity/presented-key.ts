import { digestKey, hashOf, isWellFormedKey } from '../kernel/keys/key-format.js';

/** A text that was sent as the key of a caller, or is to be verified as one. What is asked of it is found out once. */
export class PresentedKey {
  private known: string | undefined;
  private formed: boolean | undefined;

  constructor(readonly text: string) {}

  /** Its SHA-256, by which keys are remembered: a character a byte. */
  get digest(): string {
    return (this.known ??= digestKey(this.text));
  }

  /** Its SHA-256 as it is stored. */
  get hash(): string {
    return hashOf(this.digest);
  }

  /** Whether it has the form of the keys that are made here, their checksum included. */
  get isWellFormed(): boolean {
    return (this.formed ??= isWellFormedKey(this.text));
  }
}
