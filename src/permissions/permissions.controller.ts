import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { AnyCaller, CurrentPrincipal, RequirePermissions } from '../authorization/access.decorators.js';
import type { Principal } from '../identity/principal.js';
import { LatchkeyRoutes } from '../auth/latchkey-routes.decorator.js';
import { ApiRefusals, BODY_REFUSALS, invalid } from '../http/documentation/api-refusals.decorator.js';
import { DELETED, DeleteResultDto } from '../http/documentation/delete-result.dto.js';
import { QuotaExceededError } from '../workspaces/errors.js';
import { CreatePermissionDto } from './dto/create-permission.dto.js';
import { PermissionDto } from './dto/permission.dto.js';
import { PermissionConflictError, PermissionInUseError, PermissionNotFoundError } from './errors.js';
import { PermissionsService } from './permissions.service.js';

@ApiTags('Permissions')
@Controller({ path: 'permission', version: VERSION_NEUTRAL })
@LatchkeyRoutes()
export class PermissionsController {
  constructor(private readonly permissions: PermissionsService) {}

  @Get()
  @ApiOperation({
    operationId: 'listPermissions',
    summary: 'Lists all permissions, those of the workspace’s own applications too.',
  })
  @AnyCaller()
  @ApiOkResponse({ type: PermissionDto, isArray: true, description: 'The catalogue.' })
  list(@CurrentPrincipal() actor: Principal): Promise<PermissionDto[]> {
    return this.permissions.list(actor);
  }

  @Post()
  @ApiOperation({ operationId: 'createPermission', summary: 'Adds a permission of the workspace’s own applications.' })
  @RequirePermissions('permissions:manage')
  @ApiCreatedResponse({ type: PermissionDto, description: 'The permission.' })
  @ApiRefusals(
    ...BODY_REFUSALS,
    invalid('name', 'name must have 1 to 100 characters.'),
    new PermissionConflictError('The workspace has this permission already.'),
    new QuotaExceededError(),
  )
  create(@CurrentPrincipal() actor: Principal, @Body() body: CreatePermissionDto): Promise<PermissionDto> {
    return this.permissions.create(actor, body);
  }

  @Delete(':name')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'deletePermission',
    summary: 'Removes a permission of the workspace’s own applications that nothing grants.',
  })
  @RequirePermissions('permissions:manage')
  @ApiParam({ name: 'name', description: 'Its name.', schema: { type: 'string' }, example: 'orders:refund' })
  @ApiOkResponse({ type: DeleteResultDto, description: 'The permission is removed.' })
  @ApiRefusals(...BODY_REFUSALS, new PermissionNotFoundError(), new PermissionInUseError(['role Support']))
  async delete(@CurrentPrincipal() actor: Principal, @Param('name') name: string): Promise<DeleteResultDto> {
    await this.permissions.delete(actor, name);
    return DELETED;
  }
}
