/** What a host passes to `LatchkeyModule.forRoot`. */
export interface LatchkeyOptions {
  /**
   * The first word of issued keys: a letter, then up to 15 letters or digits.
   *
   * @default 'lk'
   */
  keyPrefix: string;
  /**
   * The operator's key, at least 32 characters.
   *
   * @default the one that was generated and stored, if there is one
   */
  operatorKey?: string;
}

export const LATCHKEY_OPTIONS = Symbol('LATCHKEY_OPTIONS');
