import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Permission } from '../../identity/permission-catalogue.js';

@ApiSchema({ name: 'LatchkeyPermission' })
export class PermissionDto implements Permission {
  @ApiProperty({ description: '`resource:action`.', example: 'apikeys:view' })
  name!: string;

  @ApiProperty({ description: 'What it allows.', example: 'List and read API keys; never their secrets.' })
  description!: string;

  @ApiProperty({ description: 'Whether a key may carry it.', example: true })
  grantable!: boolean;
}
