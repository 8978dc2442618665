import { Injectable, type OnModuleInit } from '@nestjs/common';
import { UseReviews, type UseReviewer, type UsesSince } from '../api-keys/deletion/use-reviews.js';
import { UsesUnknownError } from '../api-keys/errors.js';
import { StoreUnavailableError } from '../database/errors.js';
import type { Work } from '../events/work.js';
import { Revocations } from '../revocation/revocations.js';
import { KeyUses } from './counting/key-uses.js';
import { lastClientOf, usesIn } from './store/use-review.sql.js';

/** Tells deletions whether a key was used since its usage was reviewed, on whichever instance. */
@Injectable()
export class UseReview implements UseReviewer, OnModuleInit {
  constructor(
    private readonly revocations: Revocations,
    private readonly uses: KeyUses,
    private readonly reviews: UseReviews,
  ) {}

  onModuleInit(): void {
    this.revocations.onAskedToWrite(() => this.write());
    this.reviews.reviewBy(this);
  }

  async prepare(): Promise<void> {
    if (!(await this.revocations.askToWrite())) throw new UsesUnknownError();
  }

  async since(work: Work, keyId: string, uses: string): Promise<UsesSince | undefined> {
    const now = await usesIn(work, keyId);
    if (now === BigInt(uses)) return undefined;
    const last = await lastClientOf(work, keyId);
    return { uses: Number(now - BigInt(uses)), by: last?.by ?? null, date: last?.date ?? null };
  }

  private async write(): Promise<void> {
    if (await this.uses.flush()) return;
    throw new StoreUnavailableError(new Error('The uses of keys could not be written.'));
  }
}
