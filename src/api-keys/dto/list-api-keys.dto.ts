import { OneOf, Text } from '../../input/fields.js';
import { PageQueryDto } from '../../input/page-query.dto.js';
import { API_KEY_STATUSES, type ApiKeyStatus } from '../api-key-status.js';

const SORT_FIELDS = ['keyName', 'createdDate', 'updatedDate', 'expirationDate', 'lastUsedDate'] as const;

export const API_KEY_SORTS = SORT_FIELDS.flatMap((field) => [field, `-${field}`] as const);

export type ApiKeySort = (typeof API_KEY_SORTS)[number];

export class ListApiKeysDto extends PageQueryDto {
  @Text({
    optional: true,
    max: 100,
    description:
      'Words, in any case: each must begin a word of the name. Words are made of letters and digits; a search without any finds nothing.',
    example: 'billing work',
  })
  search?: string;

  @OneOf(API_KEY_STATUSES, { optional: true, description: 'Only keys in this state.', example: 'active' })
  status?: ApiKeyStatus;

  @OneOf(API_KEY_SORTS, {
    optional: true,
    description: 'The order; `-` for descending. A name sorts by its words.',
    example: '-createdDate',
  })
  sort?: ApiKeySort;
}
