import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Put,
  Query,
  Req,
  Res,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiParam, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { CurrentPrincipal, RequirePermissions } from '../authorization/access.decorators.js';
import type { Principal } from '../identity/principal.js';
import { EscalationError, PermissionDeniedError } from '../identity/errors.js';
import { LatchkeyRoutes } from '../auth/latchkey-routes.decorator.js';
import { ApiPage } from '../http/documentation/api-page.decorator.js';
import { ApiRefusals, BODY_REFUSALS, invalid } from '../http/documentation/api-refusals.decorator.js';
import { DELETED, DeleteResultDto } from '../http/documentation/delete-result.dto.js';
import { PageQueryDto } from '../input/page-query.dto.js';
import { respondWithPage } from '../http/page-response.js';
import type { Page } from '../input/paging.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import { StoreInUseError } from '../database/errors.js';
import { PermissionUnknownError } from '../permissions/errors.js';
import { RoleUnknownError } from '../roles/errors.js';
import { QuotaExceededError } from '../workspaces/errors.js';
import { MemberDto, toMemberDto } from './dto/member.dto.js';
import { MemberRemovalPreviewDto, toMemberRemovalPreviewDto } from './dto/member-removal-preview.dto.js';
import { PutMemberDto } from './dto/put-member.dto.js';
import { RemoveMemberDto } from './dto/remove-member.dto.js';
import { LastAdminError, MemberNotFoundError } from './errors.js';
import { MembersService } from './members.service.js';

const ApiSubject = () =>
  ApiParam({
    name: 'subject',
    description: 'The `sub` of the person’s tokens.',
    schema: { type: 'string' },
    example: 'auth0|5f7c8ec7',
  });

const NOT_FOUND = new MemberNotFoundError();
const PUT_REFUSALS = [
  ...BODY_REFUSALS,
  invalid('roles', 'roles must be an array of strings.'),
  new RoleUnknownError(['There is no role auditors; did you mean auditor?']),
  new PermissionUnknownError(['apikeys:read is not a known permission; did you mean apikeys:view?']),
  new EscalationError(['apikeys:delete']),
  new LastAdminError(),
  new QuotaExceededError(),
  new StoreInUseError(),
];

@ApiTags('Members')
@ApiExtraModels(DeleteResultDto, MemberRemovalPreviewDto)
@Controller({ path: 'member', version: VERSION_NEUTRAL })
@LatchkeyRoutes()
export class MembersController {
  constructor(private readonly members: MembersService) {}

  @Get()
  @ApiOperation({ operationId: 'listMembers', summary: 'Lists the members of the workspace.' })
  @RequirePermissions('members:view')
  @ApiPage(MemberDto)
  @ApiRefusals(invalid('limit', 'limit must be a whole number from 1 to 200.'))
  async list(
    @CurrentPrincipal() actor: Principal,
    @Query() query: PageQueryDto,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<MemberDto[] | Page<MemberDto>> {
    const { total, data } = await this.members.list(actor, query);
    return respondWithPage({ total, data: data.map(toMemberDto) }, query, request, response);
  }

  @Get(':subject')
  @ApiOperation({ operationId: 'getMember', summary: 'Gets one member.' })
  @RequirePermissions('members:view')
  @ApiSubject()
  @ApiOkResponse({ type: MemberDto, description: 'The member.' })
  @ApiRefusals(NOT_FOUND)
  async get(@CurrentPrincipal() actor: Principal, @Param('subject') subject: string): Promise<MemberDto> {
    return toMemberDto(await this.members.get(actor, subject));
  }

  @Put(':subject')
  @ApiOperation({ operationId: 'putMember', summary: 'Adds a member, or replaces what a member holds.' })
  @RequirePermissions('members:manage')
  @ApiSubject()
  @ApiOkResponse({ type: MemberDto, description: 'The member as it is now.' })
  @ApiRefusals(...PUT_REFUSALS)
  async put(
    @CurrentPrincipal() actor: Principal,
    @Param('subject') subject: string,
    @Body() body: PutMemberDto,
  ): Promise<MemberDto> {
    return toMemberDto(await this.members.put(actor, subject, body));
  }

  @Delete(':subject')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'removeMember',
    summary: 'Removes a member, and orphans or deletes the keys bound to them.',
  })
  @RequirePermissions('members:manage')
  @ApiSubject()
  @ApiOkResponse({
    description:
      'The member is removed. The keys that were bound to them are refused from this answer on, also once the member is added again. Of a dry run, the keys that would be orphaned or deleted.',
    schema: { oneOf: [{ $ref: getSchemaPath(DeleteResultDto) }, { $ref: getSchemaPath(MemberRemovalPreviewDto) }] },
  })
  @ApiRefusals(
    ...BODY_REFUSALS,
    invalid('keys', 'keys must be one of: delete.'),
    new PermissionDeniedError(['apikeys:delete']),
    new EscalationError(['apikeys:delete']),
    NOT_FOUND,
    new LastAdminError(),
    new StoreInUseError(),
  )
  async remove(
    @CurrentPrincipal() actor: Principal,
    @Param('subject') subject: string,
    @Query() { dryRun, keys }: RemoveMemberDto,
  ): Promise<DeleteResultDto | MemberRemovalPreviewDto> {
    if (dryRun === 'true') {
      return toMemberRemovalPreviewDto(await this.members.previewRemoval(actor, subject, { keys }));
    }
    await this.members.remove(actor, subject, { keys });
    return DELETED;
  }
}
