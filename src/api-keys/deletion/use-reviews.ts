import { Injectable } from '@nestjs/common';
import type { Work } from '../../events/work.js';

/** What was seen of a key since its usage was reviewed. */
export interface UsesSince {
  /** How often it was used, whatever came of it. */
  uses: number;
  /** Who used it last, as the client says itself; null if that is not known. */
  by: string | null;
  /** When the last use was; null if that is not known. */
  date: string | null;
}

/** Knows how often keys were used. */
export interface UseReviewer {
  /**
   * Has what is still in the memory of instances written down.
   *
   * @throws {UsesUnknownError} if an instance does not say what it has counted.
   */
  prepare(): Promise<void>;

  /** @returns what was seen since the key had been used so often; undefined if nothing was. */
  since(work: Work, keyId: string, uses: string): Promise<UsesSince | undefined>;
}

/** Where deletions find out whether a key was used since its usage was reviewed. The usage module has the reviewer. */
@Injectable()
export class UseReviews {
  private reviewer: UseReviewer | undefined;

  reviewBy(reviewer: UseReviewer): void {
    this.reviewer = reviewer;
  }

  async prepare(): Promise<void> {
    await this.reviewer?.prepare();
  }

  /** @returns what was seen since each of the reviews: undefined if nothing was since one of them. */
  async since(work: Work, keyId: string, reviews: readonly string[]): Promise<UsesSince | undefined> {
    let seen: UsesSince | undefined;
    for (const uses of reviews) {
      seen = await this.reviewer?.since(work, keyId, uses);
      if (!seen) return undefined;
    }
    return seen;
  }
}
