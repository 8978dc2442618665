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
} from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, RequireAnyPermission, RequirePermissions } from '../auth/access.decorators.js';
import type { Principal } from '../auth/principal.js';
import { Protected } from '../auth/protected.decorator.js';
import { ApiPage } from '../common/api-page.decorator.js';
import { ApiRefusals, BODY_REFUSALS } from '../common/api-refusals.decorator.js';
import { Clock } from '../common/clock.js';
import { IdRequiredError } from '../common/latchkey-error.js';
import { respondWithPage } from '../common/page-response.js';
import type { Page } from '../common/paging.js';
import type { HttpRequest, HttpResponse } from '../common/request.js';
import type { ApiKey } from './api-key.entity.js';
import { ApiKeysService } from './api-keys.service.js';
import { ApiKeyDto, toApiKeyDto } from './dto/api-key.dto.js';
import { CreateApiKeyDto } from './dto/create-api-key.dto.js';
import { DeleteApiKeyDto } from './dto/delete-api-key.dto.js';
import { DeleteResultDto } from './dto/delete-result.dto.js';
import { ListApiKeysDto } from './dto/list-api-keys.dto.js';
import { ReplaceApiKeyDto } from './dto/replace-api-key.dto.js';
import { UpdateApiKeyDto } from './dto/update-api-key.dto.js';
import { etagOf } from './if-match.js';

const ApiId = () =>
  ApiParam({
    name: 'id',
    description: 'The id of the key.',
    schema: { type: 'string' },
    example: '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11',
  });

const ApiIfMatch = () =>
  ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The ETag of the key as it was read; 412 if it has changed since.',
    schema: { type: 'string' },
    example: '"1"',
  });

const ETAG = { ETag: { description: 'The version of the key, for If-Match.', schema: { type: 'string' } } };

@ApiTags('API keys')
@Controller('apikey')
@Protected()
export class ApiKeysController {
  constructor(
    private readonly apiKeys: ApiKeysService,
    private readonly clock: Clock,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Creates a key. Its secret is in this answer and nowhere else.' })
  @RequirePermissions('apikeys:create')
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Repeats of the request under the same value, within 24 hours, create no second key.',
    schema: { type: 'string' },
  })
  @ApiCreatedResponse({ type: ApiKeyDto, headers: ETAG, description: 'The key, with its secret in `apiKey`.' })
  @ApiRefusals(...BODY_REFUSALS, 'permission.unknown', 'auth.escalation', 'apikey.conflict', 'apikey.already_created')
  async create(
    @CurrentPrincipal() actor: Principal,
    @Body() body: CreateApiKeyDto,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<ApiKeyDto> {
    const { key, secret } = await this.apiKeys.create(actor, body, idempotencyKey);
    return this.answer(response, key, secret);
  }

  @Get()
  @ApiOperation({ summary: 'Lists the keys of the workspace.' })
  @RequirePermissions('apikeys:view')
  @ApiPage(ApiKeyDto)
  @ApiRefusals('request.invalid')
  async list(
    @CurrentPrincipal() actor: Principal,
    @Query() query: ListApiKeysDto,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<ApiKeyDto[] | Page<ApiKeyDto>> {
    const { total, data } = await this.apiKeys.list(actor, query);
    const now = this.clock.now();
    return respondWithPage({ total, data: data.map((key) => toApiKeyDto(key, now)) }, query, request, response);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Gets one key; its secret stays masked.' })
  @RequirePermissions('apikeys:view')
  @ApiId()
  @ApiOkResponse({ type: ApiKeyDto, headers: ETAG, description: 'The key.' })
  @ApiRefusals('apikey.not_found')
  async get(
    @CurrentPrincipal() actor: Principal,
    @Param('id') id: string,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<ApiKeyDto> {
    return this.answer(response, await this.apiKeys.get(actor, id));
  }

  @Put(':id')
  @ApiOperation({ summary: 'Replaces the name and the permissions of a key.' })
  @RequireAnyPermission(['apikeys:create', 'apikeys:update'])
  @ApiId()
  @ApiIfMatch()
  @ApiOkResponse({ type: ApiKeyDto, headers: ETAG, description: 'The key as it is now.' })
  @ApiRefusals(
    ...BODY_REFUSALS,
    'permission.unknown',
    'auth.escalation',
    'apikey.not_found',
    'apikey.conflict',
    'apikey.version_mismatch',
  )
  async replace(
    @CurrentPrincipal() actor: Principal,
    @Param('id') id: string,
    @Body() body: ReplaceApiKeyDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<ApiKeyDto> {
    return this.answer(response, await this.apiKeys.update(actor, id, body, ifMatch));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Changes what the body names of a key; enables and disables it.' })
  @RequirePermissions('apikeys:update')
  @ApiId()
  @ApiIfMatch()
  @ApiOkResponse({ type: ApiKeyDto, headers: ETAG, description: 'The key as it is now.' })
  @ApiRefusals(
    ...BODY_REFUSALS,
    'permission.unknown',
    'auth.escalation',
    'apikey.not_found',
    'apikey.conflict',
    'apikey.version_mismatch',
  )
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
  @ApiOperation({ summary: 'Deletes a key for good; when this answers, no instance accepts it any more.' })
  @RequirePermissions('apikeys:delete')
  @ApiId()
  @ApiIfMatch()
  @ApiOkResponse({ type: DeleteResultDto, description: 'The key is deleted.' })
  @ApiRefusals('request.invalid', 'apikey.not_found', 'apikey.version_mismatch')
  delete(
    @CurrentPrincipal() actor: Principal,
    @Param('id') id: string,
    @Query() query: DeleteApiKeyDto,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<DeleteResultDto> {
    return this.apiKeys.delete(actor, id, query, ifMatch);
  }

  @Put()
  @ApiOperation({ summary: 'Refuses: the id is missing.' })
  @RequireAnyPermission(['apikeys:create', 'apikeys:update'])
  @ApiRefusals('request.id_required')
  replaceWithoutId(): never {
    throw new IdRequiredError('API key');
  }

  @Patch()
  @ApiOperation({ summary: 'Refuses: the id is missing.' })
  @RequirePermissions('apikeys:update')
  @ApiRefusals('request.id_required')
  updateWithoutId(): never {
    throw new IdRequiredError('API key');
  }

  @Delete()
  @ApiOperation({ summary: 'Refuses: the id is missing.' })
  @RequirePermissions('apikeys:delete')
  @ApiRefusals('request.id_required')
  deleteWithoutId(): never {
    throw new IdRequiredError('API key');
  }

  private answer(response: HttpResponse, key: ApiKey, secret?: string): ApiKeyDto {
    response.header('ETag', etagOf(key.version));
    return toApiKeyDto(key, this.clock.now(), secret);
  }
}
