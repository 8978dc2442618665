import { ApiProperty } from '@nestjs/swagger';
import type { Permission } from '../../auth/permission-catalogue.js';

export class PermissionDto implements Permission {
  @ApiProperty({ example: 'apikeys:view' })
  name!: string;

  @ApiProperty({ example: 'List and read API keys; never their secrets.' })
  description!: string;

  @ApiProperty({ description: 'Whether a key may carry it.', example: true })
  grantable!: boolean;
}
