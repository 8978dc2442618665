import { LatchkeyApiError } from './latchkey-api-error.js';
import type { Answer } from './latchkey-client.types.js';

/** Rows of a list, and how many there are in all. */
export interface Page<Row> {
  total: number;
  /** Says that there are as many or more. */
  totalRelation?: 'gte';
  data: Row[];
}

/**
 * What a call was answered.
 *
 * @throws {LatchkeyApiError} if it was refused.
 */
export function unwrap<Data>({ data, error, response }: Answer<Data>): Data {
  if (!response.ok) throw new LatchkeyApiError(response, error);
  return data as Data;
}

/**
 * A page of a list, in whichever of its two forms it was answered: with the total, or as rows with the total in the
 * header `X-Total-Count`.
 *
 * @throws {LatchkeyApiError} if the call was refused.
 */
export function unwrapPage<Row>(answer: Answer<Row[] | Page<Row>>): Page<Row> {
  const list = unwrap(answer);
  if (!Array.isArray(list)) return list;
  const { headers } = answer.response;
  const total = Number(headers.get('X-Total-Count') ?? list.length);
  return { total, ...(headers.get('X-Total-Count-Relation') === 'gte' && { totalRelation: 'gte' }), data: list };
}
