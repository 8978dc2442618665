import { DEFAULT_LIMIT, type PageQueryDto } from '../input/page-query.dto.js';
import { pageLinks, type Page } from '../input/paging.js';
import type { HttpRequest, HttpResponse } from './request.js';

/**
 * Answers a numbered list: the total and the links in headers, and the rows; or, for a caller who asked for both a page
 * and a limit, `{total, data}`.
 */
export function respondWithPage<T>(
  page: Page<T>,
  query: PageQueryDto,
  request: HttpRequest,
  response: HttpResponse,
): T[] | Page<T> {
  const url = request.originalUrl ?? request.url;
  response.header('X-Total-Count', String(page.total));
  if (page.totalRelation !== undefined) response.header('X-Total-Count-Relation', page.totalRelation);
  response.header('Link', pageLinks(url, query.page ?? 1, query.limit ?? DEFAULT_LIMIT, page));
  return query.page !== undefined && query.limit !== undefined ? page : page.data;
}

/** The rows to skip and to take for a page. */
export function rangeOf({ page = 1, limit = DEFAULT_LIMIT }: PageQueryDto): { skip: number; take: number } {
  return { skip: (page - 1) * limit, take: limit };
}
