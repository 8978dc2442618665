import { ApiSchema } from '@nestjs/swagger';
import { Text } from '../../common/fields.js';

@ApiSchema({ name: 'LatchkeyUpdateWorkspace' })
export class UpdateWorkspaceDto {
  @Text({ optional: true, max: 100, pattern: /\S/, description: 'A name of its own.', example: 'Acme Europe' })
  name?: string;
}
