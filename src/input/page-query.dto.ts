import { QueryNumber } from './fields.js';

export const DEFAULT_LIMIT = 50;

/** The query of a numbered list. */
export class PageQueryDto {
  @QueryNumber({ min: 1, max: 1_000_000, optional: true, description: 'Which page, from 1.', example: 1 })
  page?: number;

  @QueryNumber({ min: 1, max: 200, optional: true, description: 'How many a page.', example: DEFAULT_LIMIT })
  limit?: number;
}
