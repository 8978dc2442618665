import { ApiSchema } from '@nestjs/swagger';
import { Text } from '../../input/fields.js';
import { PageQueryDto } from '../../input/page-query.dto.js';

@ApiSchema({ name: 'LatchkeyListWorkspaces' })
export class ListWorkspacesDto extends PageQueryDto {
  @Text({ optional: true, max: 255, description: 'Only the workspace with this externalId.', example: 'company-4711' })
  externalId?: string;
}
