import { Text } from '../../input/fields.js';

export class DeleteApiKeyDto {
  @Text({ optional: true, max: 500, description: 'Why; goes into the audit record.', example: 'Left in a repository' })
  reason?: string;
}
