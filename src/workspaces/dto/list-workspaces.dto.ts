import { ApiSchema } from '@nestjs/swagger';
import { Text } from '../../common/fields.js';
import { PageQueryDto } from '../../common/page-query.dto.js';

@ApiSchema({ name: 'LatchkeyListWorkspaces' })
export class ListWorkspacesDto extends PageQueryDto {
  @Text({ optional: true, max: 255, description: 'Only the workspace with this externalId.', example: 'company-4711' })
  externalId?: string;
}
