import { ApiSchema } from '@nestjs/swagger';
import { LONGEST_PERMISSION, PERMISSION_NAME, PERMISSION_NAME_RULE } from '../../identity/permission-name.js';
import { Identifier, Text } from '../../input/fields.js';

const FORM = { pattern: PERMISSION_NAME, rule: PERMISSION_NAME_RULE };

@ApiSchema({ name: 'LatchkeyCreatePermission' })
export class CreatePermissionDto {
  @Identifier({ max: LONGEST_PERMISSION, form: FORM, description: 'resource:action.', example: 'orders:refund' })
  name!: string;

  @Text({ max: 500, description: 'What it allows.', example: 'Refund an order' })
  description!: string;
}
