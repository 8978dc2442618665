import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AnyCaller } from '../auth/access.decorators.js';
import { Protected } from '../auth/protected.decorator.js';
import { PermissionDto } from './dto/permission.dto.js';
import { PermissionsService } from './permissions.service.js';

@ApiTags('Permissions')
@Controller('permission')
@Protected()
export class PermissionsController {
  constructor(private readonly permissions: PermissionsService) {}

  @Get()
  @ApiOperation({ operationId: 'listPermissions', summary: 'Lists the permissions that there are.' })
  @AnyCaller()
  @ApiOkResponse({ type: PermissionDto, isArray: true, description: 'The catalogue.' })
  list(): PermissionDto[] {
    return [...this.permissions.list()];
  }
}
