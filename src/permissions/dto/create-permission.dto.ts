import { ApiSchema } from '@nestjs/swagger';
import { Text } from '../../common/fields.js';

const RESOURCE_ACTION = /^[A-Za-z][A-Za-z0-9_.-]*:[A-Za-z][A-Za-z0-9_.-]*$/;

@ApiSchema({ name: 'LatchkeyCreatePermission' })
export class CreatePermissionDto {
  @Text({ max: 100, pattern: RESOURCE_ACTION, description: 'resource:action.', example: 'orders:refund' })
  name!: string;

  @Text({ max: 500, description: 'What it allows.', example: 'Refund an order' })
  description!: string;
}
