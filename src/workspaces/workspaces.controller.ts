import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, RequirePermissions } from '../authorization/access.decorators.js';
import type { Principal } from '../identity/principal.js';
import { LatchkeyRoutes } from '../auth/latchkey-routes.decorator.js';
import { EXAMPLE_ID } from '../http/documentation/api-examples.js';
import { ApiPage } from '../http/documentation/api-page.decorator.js';
import { ApiRefusals, BODY_REFUSALS, invalid } from '../http/documentation/api-refusals.decorator.js';
import { DELETED, DeleteResultDto } from '../http/documentation/delete-result.dto.js';
import { respondWithPage } from '../http/page-response.js';
import type { Page } from '../input/paging.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import { StoreInUseError } from '../database/errors.js';
import { WorkspaceNotFoundError } from '../events/errors.js';
import { CreateWorkspaceDto } from './dto/create-workspace.dto.js';
import { ListWorkspacesDto } from './dto/list-workspaces.dto.js';
import { UpdateWorkspaceDto } from './dto/update-workspace.dto.js';
import { toWorkspaceDto, WorkspaceDto } from './dto/workspace.dto.js';
import { WorkspaceConflictError } from './errors.js';
import { WorkspacesService } from './workspaces.service.js';

const ApiId = () =>
  ApiParam({ name: 'id', description: 'The id of the workspace.', schema: { type: 'string' }, example: EXAMPLE_ID });

const NAME_TOO_LONG = invalid('name', 'name must have 1 to 100 characters.');
const NOT_FOUND = new WorkspaceNotFoundError();
const CONFLICT = new WorkspaceConflictError();

@ApiTags('Workspaces')
@Controller({ path: 'workspace', version: VERSION_NEUTRAL })
@LatchkeyRoutes()
export class WorkspacesController {
  constructor(private readonly workspaces: WorkspacesService) {}

  @Post()
  @ApiOperation({ operationId: 'createWorkspace', summary: 'Creates a workspace.' })
  @RequirePermissions('workspaces:manage')
  @ApiCreatedResponse({ type: WorkspaceDto, description: 'The workspace.' })
  @ApiRefusals(...BODY_REFUSALS, NAME_TOO_LONG, CONFLICT)
  async create(@CurrentPrincipal() actor: Principal, @Body() body: CreateWorkspaceDto): Promise<WorkspaceDto> {
    return toWorkspaceDto(await this.workspaces.create(actor, body));
  }

  @Get()
  @ApiOperation({ operationId: 'listWorkspaces', summary: 'Lists workspaces.' })
  @RequirePermissions('workspaces:view')
  @ApiPage(WorkspaceDto)
  @ApiRefusals(invalid('limit', 'limit must be a whole number from 1 to 200.'))
  async list(
    @Query() query: ListWorkspacesDto,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<WorkspaceDto[] | Page<WorkspaceDto>> {
    const { total, data } = await this.workspaces.list(query);
    return respondWithPage({ total, data: data.map(toWorkspaceDto) }, query, request, response);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getWorkspace', summary: 'Gets one workspace.' })
  @RequirePermissions('workspaces:view')
  @ApiId()
  @ApiOkResponse({ type: WorkspaceDto, description: 'The workspace.' })
  @ApiRefusals(NOT_FOUND)
  async get(@Param('id') id: string): Promise<WorkspaceDto> {
    return toWorkspaceDto(await this.workspaces.get(id));
  }

  @Patch(':id')
  @ApiOperation({ operationId: 'updateWorkspace', summary: 'Changes a workspace.' })
  @RequirePermissions('workspaces:manage')
  @ApiId()
  @ApiOkResponse({ type: WorkspaceDto, description: 'The workspace as it is now.' })
  @ApiRefusals(...BODY_REFUSALS, NAME_TOO_LONG, NOT_FOUND, CONFLICT)
  async update(
    @CurrentPrincipal() actor: Principal,
    @Param('id') id: string,
    @Body() body: UpdateWorkspaceDto,
  ): Promise<WorkspaceDto> {
    return toWorkspaceDto(await this.workspaces.update(actor, id, body));
  }

  @Delete(':id')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'deleteWorkspace',
    summary: 'Deletes a workspace with its keys, roles, members and application permissions.',
    description:
      'From the answer on none of its keys is accepted, the workspace is 404, and its `externalId` is free. What is stored of ' +
      'it is removed afterwards, with a record `apikey.deleted` for each key: within seconds for some thousands.',
  })
  @RequirePermissions('workspaces:manage')
  @ApiId()
  @ApiOkResponse({
    type: DeleteResultDto,
    description: 'The workspace is deleted; none of its keys is accepted any more.',
  })
  @ApiRefusals(...BODY_REFUSALS, NOT_FOUND, new StoreInUseError())
  async delete(@CurrentPrincipal() actor: Principal, @Param('id') id: string): Promise<DeleteResultDto> {
    await this.workspaces.delete(actor, id);
    return DELETED;
  }
}
