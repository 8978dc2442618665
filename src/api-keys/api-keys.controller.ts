import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  HttpStatus,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Req,
  Res,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { CurrentPrincipal, RequireAnyPermission, RequirePermissions } from '../authorization/access.decorators.js';
import type { Principal } from '../identity/principal.js';
import { EscalationError } from '../identity/errors.js';
import { LatchkeyRoutes } from '../auth/latchkey-routes.decorator.js';
import { EXAMPLE_DATE, EXAMPLE_ID } from '../http/documentation/api-examples.js';
import { ApiPage } from '../http/documentation/api-page.decorator.js';
import { ApiRefusals, BODY_REFUSALS, invalid } from '../http/documentation/api-refusals.decorator.js';
import { DELETED, DeleteResultDto } from '../http/documentation/delete-result.dto.js';
import { Clock } from '../kernel/clock.js';
import { respondWithPage } from '../http/page-response.js';
import type { Page } from '../input/paging.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import { StoreInUseError } from '../database/errors.js';
import { PermissionUnknownError } from '../permissions/errors.js';
import { RoleUnknownError } from '../roles/errors.js';
import { QuotaExceededError } from '../workspaces/errors.js';
import { ApiKeysService, type ApiKeyView } from './api-keys.service.js';
import { CREATED_API_KEY_EXAMPLE, ApiKeyDto, toApiKeyDto } from './dto/api-key.dto.js';
import { CREATE_API_KEY_EXAMPLES, CreateApiKeyDto } from './dto/create-api-key.dto.js';
import { DeleteApiKeyDto } from './dto/delete-api-key.dto.js';
import { ListApiKeysDto } from './dto/list-api-keys.dto.js';
import { ReplaceApiKeyDto } from './dto/replace-api-key.dto.js';
import { UPDATE_API_KEY_EXAMPLES, UpdateApiKeyDto } from './dto/update-api-key.dto.js';
import {
  ApiKeyAlreadyCreatedError,
  ApiKeyConflictError,
  IdempotencyKeyReusedError,
  ApiKeyNotFoundError,
  ApiKeyUsedSinceReviewError,
  ApiKeyVersionMismatchError,
  UsesUnknownError,
} from './errors.js';
import { etagOf } from './if-match.js';

const ApiId = () =>
  ApiParam({
    name: 'id',
    description: 'The id of the key.',
    schema: { type: 'string' },
    example: EXAMPLE_ID,
  });

const ApiIfMatch = () =>
  ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The ETag of the key as it was read; 412 if it has changed since.',
    schema: { type: 'string' },
    example: '"1"',
  });

const ApiIfUnused = () =>
  ApiHeader({
    name: 'If-Match',
    required: false,
    description:
      'The ETag of the key as it was read; 412 if it has changed since. Or the ETag of the report of its usage; 412 if it was used since.',
    schema: { type: 'string' },
    example: '"u1843"',
  });

const ETAG = {
  ETag: {
    description: 'The version of the key, for If-Match.',
    required: true,
    schema: { type: 'string' as const },
    example: '"1"',
  },
};

const NAME_TOO_LONG = invalid('keyName', 'keyName must have 1 to 100 characters.');
const NOT_FOUND = new ApiKeyNotFoundError(EXAMPLE_ID);
const GRANT_REFUSALS = [
  new PermissionUnknownError(['apikeys:read is not a known permission; did you mean apikeys:view?']),
  new RoleUnknownError(['There is no role auditors; did you mean auditor?']),
  new EscalationError(['apikeys:delete']),
  new QuotaExceededError(),
];
const CHANGE_REFUSALS = [
  ...BODY_REFUSALS,
  ...GRANT_REFUSALS,
  NAME_TOO_LONG,
  NOT_FOUND,
  new ApiKeyConflictError(),
  new ApiKeyVersionMismatchError(),
  new StoreInUseError(),
];

@ApiTags('API keys')
@Controller({ path: 'apikey', version: VERSION_NEUTRAL })
@LatchkeyRoutes()
export class ApiKeysController {
  constructor(
    private readonly apiKeys: ApiKeysService,
    private readonly clock: Clock,
  ) {}

  @Post()
  @ApiOperation({
    operationId: 'createApiKey',
    summary: 'Creates a key. Its secret is in this answer and nowhere else.',
  })
  @RequirePermissions('apikeys:create')
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'A repeat of the request under the same value within 24 hours creates no second key; another request under it is refused.',
    schema: { type: 'string' },
  })
  @ApiBody({ type: CreateApiKeyDto, examples: CREATE_API_KEY_EXAMPLES })
  @ApiCreatedResponse({
    type: ApiKeyDto,
    headers: ETAG,
    description: 'The key, with its secret in `apiKey`.',
    example: CREATED_API_KEY_EXAMPLE,
  })
  @ApiRefusals(
    ...BODY_REFUSALS,
    ...GRANT_REFUSALS,
    NAME_TOO_LONG,
    new ApiKeyConflictError(),
    new ApiKeyAlreadyCreatedError(EXAMPLE_ID),
    new IdempotencyKeyReusedError(),
  )
  async create(
    @CurrentPrincipal() actor: Principal,
    @Body() body: CreateApiKeyDto,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<ApiKeyDto> {
    const created = await this.apiKeys.create(actor, body, idempotencyKey);
    return this.answer(response, created, created.secret);
  }

  @Get()
  @ApiOperation({ operationId: 'listApiKeys', summary: 'Lists the keys of the workspace.' })
  @RequirePermissions('apikeys:view')
  @ApiPage(ApiKeyDto, { mayBeMore: true })
  @ApiRefusals(invalid('status', 'status must be one of: active, disabled, expired, orphaned.'))
  async list(
    @CurrentPrincipal() actor: Principal,
    @Query() query: ListApiKeysDto,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<ApiKeyDto[] | Page<ApiKeyDto>> {
    const page = await this.apiKeys.list(actor, query);
    const now = this.clock.now();
    const data = page.data.map((view) => toApiKeyDto(view, now));
    return respondWithPage({ ...page, data }, query, request, response);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getApiKey', summary: 'Gets one key; its secret stays masked.' })
  @RequirePermissions('apikeys:view')
  @ApiId()
  @ApiOkResponse({ type: ApiKeyDto, headers: ETAG, description: 'The key.' })
  @ApiRefusals(NOT_FOUND)
  async get(
    @CurrentPrincipal() actor: Principal,
    @Param('id') id: string,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<ApiKeyDto> {
    return this.answer(response, await this.apiKeys.get(actor, id));
  }

  @Put(':id')
  @ApiOperation({ operationId: 'replaceApiKey', summary: 'Replaces the name and the permissions of a key.' })
  @RequireAnyPermission(['apikeys:create', 'apikeys:update'])
  @ApiId()
  @ApiIfMatch()
  @ApiOkResponse({ type: ApiKeyDto, headers: ETAG, description: 'The key as it is now.' })
  @ApiRefusals(...CHANGE_REFUSALS)
  async replace(
    @CurrentPrincipal() actor: Principal,
    @Param('id') id: string,
    @Body() body: ReplaceApiKeyDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<ApiKeyDto> {
    return this.answer(response, await this.apiKeys.replace(actor, id, body, ifMatch));
  }

  @Patch(':id')
  @ApiOperation({
    operationId: 'updateApiKey',
    summary: 'Changes what the body names of a key; enables and disables it.',
  })
  @RequirePermissions('apikeys:update')
  @ApiBody({ type: UpdateApiKeyDto, examples: UPDATE_API_KEY_EXAMPLES })
  @ApiId()
  @ApiIfMatch()
  @ApiOkResponse({ type: ApiKeyDto, headers: ETAG, description: 'The key as it is now.' })
  @ApiRefusals(...CHANGE_REFUSALS)
  async update(
    @CurrentPrincipal() actor: Principal,
    @Param('id') id: string,
    @Body() body: UpdateApiKeyDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<ApiKeyDto> {
    return this.answer(response, await this.apiKeys.update(actor, id, body, ifMatch));
  }

  @Delete(':id')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'deleteApiKey',
    summary: 'Deletes a key for good; when this answers, no instance accepts it any more.',
  })
  @RequirePermissions('apikeys:delete')
  @ApiId()
  @ApiIfUnused()
  @ApiOkResponse({ type: DeleteResultDto, description: 'The key is deleted.' })
  @ApiRefusals(
    ...BODY_REFUSALS,
    invalid('reason', 'reason must have 1 to 500 characters.'),
    NOT_FOUND,
    new ApiKeyVersionMismatchError(),
    new ApiKeyUsedSinceReviewError({ uses: 2, by: 'billing from 203.0.113.7', date: EXAMPLE_DATE }),
    new UsesUnknownError(),
    new StoreInUseError(),
  )
  async delete(
    @CurrentPrincipal() actor: Principal,
    @Param('id') id: string,
    @Query() query: DeleteApiKeyDto,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<DeleteResultDto> {
    await this.apiKeys.delete(actor, id, query, ifMatch);
    return DELETED;
  }

  private answer(response: HttpResponse, view: ApiKeyView, secret?: string): ApiKeyDto {
    response.header('ETag', etagOf(view.key.version));
    return toApiKeyDto(view, this.clock.now(), secret);
  }
}
