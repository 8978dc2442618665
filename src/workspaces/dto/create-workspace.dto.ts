import { Text } from '../../common/fields.js';

export class CreateWorkspaceDto {
  @Text({ max: 100, description: 'A name of its own.', example: 'Acme' })
  name!: string;
}
