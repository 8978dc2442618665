import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { foldCase } from '../common/fold-case.js';
import { ApiKey } from './api-key.entity.js';
import type { ListApiKeysDto } from './dto/list-api-keys.dto.js';

const SORTED_BY = {
  keyName: 'key.name',
  createdDate: 'key.createdDate',
  updatedDate: 'key.updatedDate',
  expirationDate: 'key.expirationDate',
  lastUsedDate: 'key.lastUsedDate',
} as const;

type Keys = SelectQueryBuilder<ApiKey>;

/** The keys of a workspace that a list asks for. */
export function keysOf(
  manager: EntityManager,
  workspaceId: string,
  { search, status }: Pick<ListApiKeysDto, 'search' | 'status'>,
  now: Date,
): Keys {
  const keys = manager.createQueryBuilder(ApiKey, 'key').where('key.workspaceId = :workspaceId', { workspaceId });
  if (search !== undefined) {
    const pattern = `%${foldCase(search).replace(/[\\%_]/g, '\\$&')}%`;
    keys.andWhere(String.raw`key.searchName LIKE :pattern ESCAPE '\'`, { pattern });
  }
  if (status === undefined) return keys;
  keys.andWhere(`key.orphanedDate IS ${status === 'orphaned' ? 'NOT NULL' : 'NULL'}`);
  if (status === 'orphaned') return keys;
  keys.andWhere('key.enabled = :enabled', { enabled: status !== 'disabled' });
  const date = now.toISOString();
  if (status === 'active') keys.andWhere('(key.expirationDate IS NULL OR key.expirationDate > :date)', { date });
  if (status === 'expired') keys.andWhere('key.expirationDate <= :date', { date });
  return keys;
}

/**
 * The ids on a page. The keys themselves are read by their ids afterwards: an index has all that is asked here, so that
 * what does not match, and what is skipped, is not read from the table.
 */
export function idsOn(
  keys: Keys,
  { search, sort: order = '-createdDate' }: ListApiKeysDto,
  skip: number,
  take: number,
): Keys {
  const direction = order.startsWith('-') ? 'DESC' : 'ASC';
  const field = order.replace('-', '') as keyof typeof SORTED_BY;
  const page = keys.clone().select('key.id', 'id').offset(skip).limit(take);
  // These are never null, and an index has them in this order. A name is the only one of its kind.
  if (field === 'keyName') return page.orderBy(SORTED_BY[field], direction);
  if (field === 'createdDate' && search === undefined) {
    return page.orderBy(SORTED_BY[field], direction).addOrderBy('key.id', direction);
  }
  if (field === 'createdDate') {
    // Not by the index of that order, which would have to read each key for its name.
    return page.orderBy(`COALESCE(key.createdDate, '')`, direction).addOrderBy('key.id', direction);
  }
  return page.orderBy(SORTED_BY[field], direction, 'NULLS LAST').addOrderBy('key.id', direction);
}

/** How many they are. */
export function countOf(keys: Keys): Keys {
  return keys.clone().select('COUNT(*)', 'total');
}
