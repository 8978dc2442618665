import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { timingSafeEqual } from 'node:crypto';
import { Clock } from '../common/clock.js';
import { generateKey, hashKey } from '../common/key-format.js';
import { Database } from '../database/database.js';
import type { Work } from '../events/work.js';
import { LATCHKEY_OPTIONS, type LatchkeyOptions } from '../latchkey.options.js';

const ONLY_ROW = 1;

/** The operator's key: the configured one, or else the one that was generated and stored as a hash. */
@Injectable()
export class OperatorKeys implements OnModuleInit {
  private hash: Buffer | undefined;

  constructor(
    @Inject(LATCHKEY_OPTIONS) private readonly options: LatchkeyOptions,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    const stored = this.options.operatorKey ? hashKey(this.options.operatorKey) : await this.storedHash();
    this.hash = stored === undefined ? undefined : Buffer.from(stored);
  }

  /** Tells in constant time whether the credential is the operator's. */
  matches(credential: string): boolean {
    const given = Buffer.from(hashKey(credential));
    return this.hash !== undefined && timingSafeEqual(given, this.hash);
  }

  /**
   * Generates and stores an operator key if there is none. Of instances that start together one generates.
   *
   * @returns the key, to be shown this once, or undefined if there was one.
   */
  async generateIfNone(work: Work): Promise<string | undefined> {
    if (this.options.operatorKey) return undefined;
    const key = generateKey(this.options.keyPrefix);
    const rows = await work.query(
      `INSERT INTO latchkey_operator_keys (id, hash, created_date) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id`,
      [ONLY_ROW, hashKey(key), this.clock.now().toISOString()],
    );
    return rows.length > 0 ? key : undefined;
  }

  /** Reads the stored key again, after {@link generateIfNone} has committed, here or in another instance. */
  async reload(): Promise<void> {
    await this.onModuleInit();
  }

  private async storedHash(): Promise<string | undefined> {
    const [row] = await this.database.query<{ hash: string }>('SELECT hash FROM latchkey_operator_keys');
    return row?.hash;
  }
}
