import { DEFAULT_LIMIT, type PageQueryDto } from '../input/page-query.dto.js';
import type { Page, Total } from '../input/paging.js';
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

/** A request target that names a host (RFC 9112 §3.2.2), which a caller can choose. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i;

/** The `Link` header of RFC 8288 for a numbered page; other query parameters are kept. Which page is the last may not be known. */
function pageLinks(target: string, page: number, limit: number, { total, totalRelation }: Total): string {
  const [path = '', ...query] = target.replace(ORIGIN, '').split('?');
  const last = Math.max(1, Math.ceil(total / limit));
  const targets: Record<string, number | undefined> = {
    first: 1,
    prev: page > 1 ? Math.min(page - 1, last) : undefined,
    next: page < last ? page + 1 : undefined,
    last: totalRelation === undefined ? last : undefined,
  };
  return Object.entries(targets)
    .filter(([, target]) => target !== undefined)
    .map(([rel, target]) => {
      const parameters = new URLSearchParams(query.join('?'));
      parameters.set('page', String(target));
      parameters.set('limit', String(limit));
      return `<${path}?${parameters.toString()}>; rel="${rel}"`;
    })
    .join(', ');
}
