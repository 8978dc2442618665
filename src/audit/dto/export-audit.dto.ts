import { OneOf } from '../../input/fields.js';
import type { WithDates } from '../../input/input-checker.js';
import { FilterAuditDto } from './filter-audit.dto.js';

export class ExportAuditDto extends FilterAuditDto {
  @OneOf(['ndjson'], { optional: true, description: 'One JSON object a line.', example: 'ndjson' })
  format?: 'ndjson';
}

/** As the code of a host may give it. */
export type ExportAuditInput = WithDates<ExportAuditDto, 'from' | 'to'>;
