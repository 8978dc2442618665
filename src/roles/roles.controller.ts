import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Post,
  Put,
  Query,
  Req,
  Res,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { CurrentPrincipal, RequirePermissions } from '../authorization/access.decorators.js';
import type { Principal } from '../identity/principal.js';
import { EscalationError } from '../identity/errors.js';
import { LatchkeyRoutes } from '../auth/latchkey-routes.decorator.js';
import { ApiPage } from '../http/documentation/api-page.decorator.js';
import { ApiRefusals, BODY_REFUSALS, invalid } from '../http/documentation/api-refusals.decorator.js';
import { DeleteResultDto, DELETED } from '../http/documentation/delete-result.dto.js';
import { PageQueryDto } from '../input/page-query.dto.js';
import { respondWithPage } from '../http/page-response.js';
import type { Page } from '../input/paging.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import { StoreInUseError } from '../database/errors.js';
import { PermissionUnknownError } from '../permissions/errors.js';
import { QuotaExceededError } from '../workspaces/errors.js';
import { PutRoleDto } from './dto/put-role.dto.js';
import { ReplaceRoleQueryDto } from './dto/replace-role-query.dto.js';
import { RoleDetailDto, RoleDto, RolePreviewDto, toRoleDto, toRolePreviewDto } from './dto/role.dto.js';
import { RoleBuiltInError, RoleConflictError, RoleInUseError, RoleNotFoundError } from './errors.js';
import { RolesService } from './roles.service.js';

const ApiId = () =>
  ApiParam({
    name: 'id',
    description: 'The id of the role; of a built-in one, its name.',
    schema: { type: 'string' },
    example: 'auditor',
  });

const NAME_TOO_LONG = invalid('name', 'name must have 1 to 100 characters.');
const NOT_FOUND = new RoleNotFoundError();
const PUT_REFUSALS = [
  ...BODY_REFUSALS,
  NAME_TOO_LONG,
  new PermissionUnknownError(['apikeys:read is not a known permission; did you mean apikeys:view?']),
  new EscalationError(['apikeys:delete']),
  new RoleConflictError(),
  new QuotaExceededError(),
];

@ApiTags('Roles')
@ApiExtraModels(RolePreviewDto)
@Controller({ path: 'role', version: VERSION_NEUTRAL })
@LatchkeyRoutes()
export class RolesController {
  constructor(private readonly roles: RolesService) {}

  @Post()
  @ApiOperation({ operationId: 'createRole', summary: 'Creates a role.' })
  @RequirePermissions('roles:manage')
  @ApiCreatedResponse({ type: RoleDto, description: 'The role.' })
  @ApiRefusals(...PUT_REFUSALS)
  async create(@CurrentPrincipal() actor: Principal, @Body() body: PutRoleDto): Promise<RoleDto> {
    return toRoleDto(await this.roles.create(actor, body));
  }

  @Get()
  @ApiOperation({ operationId: 'listRoles', summary: 'Lists the roles: the built-in ones, then the workspace’s own.' })
  @RequirePermissions('roles:view')
  @ApiPage(RoleDto)
  @ApiRefusals(invalid('limit', 'limit must be a whole number from 1 to 200.'))
  async list(
    @CurrentPrincipal() actor: Principal,
    @Query() query: PageQueryDto,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<RoleDto[] | Page<RoleDto>> {
    const { total, data } = await this.roles.list(actor, query);
    return respondWithPage({ total, data: data.map(toRoleDto) }, query, request, response);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getRole', summary: 'Gets one role, and how many hold it.' })
  @RequirePermissions('roles:view')
  @ApiId()
  @ApiOkResponse({ type: RoleDetailDto, description: 'The role.' })
  @ApiRefusals(NOT_FOUND)
  async get(@CurrentPrincipal() actor: Principal, @Param('id') id: string): Promise<RoleDetailDto> {
    const role = await this.roles.get(actor, id);
    return { ...toRoleDto(role), heldBy: await this.roles.heldBy(actor, role) };
  }

  @Put(':id')
  @ApiOperation({
    operationId: 'replaceRole',
    summary: 'Replaces a role; or, as a dry run, answers who would gain or lose what.',
  })
  @RequirePermissions('roles:manage')
  @ApiId()
  @ApiOkResponse({
    description: 'The role as it is now; of a dry run, what would change.',
    schema: { oneOf: [{ $ref: getSchemaPath(RoleDto) }, { $ref: getSchemaPath(RolePreviewDto) }] },
  })
  @ApiRefusals(...PUT_REFUSALS, NOT_FOUND, new RoleBuiltInError(), new StoreInUseError())
  async replace(
    @CurrentPrincipal() actor: Principal,
    @Param('id') id: string,
    @Query() { dryRun }: ReplaceRoleQueryDto,
    @Body() body: PutRoleDto,
  ): Promise<RoleDto | RolePreviewDto> {
    if (dryRun === 'true') return toRolePreviewDto(await this.roles.preview(actor, id, body));
    return toRoleDto(await this.roles.replace(actor, id, body));
  }

  @Delete(':id')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'deleteRole', summary: 'Deletes a role that nobody holds.' })
  @RequirePermissions('roles:manage')
  @ApiId()
  @ApiOkResponse({ type: DeleteResultDto, description: 'The role is deleted.' })
  @ApiRefusals(
    ...BODY_REFUSALS,
    NOT_FOUND,
    new EscalationError(['apikeys:delete']),
    new RoleBuiltInError(),
    new RoleInUseError([{ type: 'member', id: 'auth0|5f7c8ec7' }]),
  )
  async delete(@CurrentPrincipal() actor: Principal, @Param('id') id: string): Promise<DeleteResultDto> {
    await this.roles.delete(actor, id);
    return DELETED;
  }
}
