import { QueryNumber, Text } from '../../input/fields.js';
import type { WithDates } from '../../input/input-checker.js';
import { FilterAuditDto } from './filter-audit.dto.js';

export class ListAuditDto extends FilterAuditDto {
  @QueryNumber({ min: 1, max: 500, optional: true, description: 'How many at most.', example: 50 })
  limit?: number;

  @Text({
    optional: true,
    max: 200,
    description: 'Continue after an earlier answer: its nextCursor.',
    example: 'MS4wMTk5ZjNhMi01YzFl',
  })
  cursor?: string;
}

/** As the code of a host may give it. */
export type ListAuditInput = WithDates<ListAuditDto, 'from' | 'to'>;
