import { OneOf } from '../../common/fields.js';
import { FilterAuditDto } from './filter-audit.dto.js';

export class ExportAuditDto extends FilterAuditDto {
  @OneOf(['ndjson'], { optional: true, description: 'One JSON object a line.', example: 'ndjson' })
  format?: 'ndjson';
}
