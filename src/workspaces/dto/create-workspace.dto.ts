import { ApiSchema } from '@nestjs/swagger';
import { Text } from '../../common/fields.js';

@ApiSchema({ name: 'LatchkeyCreateWorkspace' })
export class CreateWorkspaceDto {
  @Text({ max: 100, pattern: /\S/, description: 'A name of its own.', example: 'Acme' })
  name!: string;
}
