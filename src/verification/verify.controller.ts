import { Body, Controller, HttpCode, HttpStatus, Post, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { CurrentPrincipal, RequirePermissions } from '../authorization/access.decorators.js';
import type { Principal } from '../identity/principal.js';
import { LatchkeyRoutes } from '../auth/latchkey-routes.decorator.js';
import { ApiRefusals, BODY_REFUSALS, invalid } from '../http/documentation/api-refusals.decorator.js';
import { RefusedKeyDto, toVerificationDto, ValidKeyDto } from './dto/verification.dto.js';
import { VerifyKeyDto } from './dto/verify-key.dto.js';
import { KeyVerifier } from './key-verifier.js';

@ApiTags('Verification')
@Controller({ path: 'verify', version: VERSION_NEUTRAL })
@LatchkeyRoutes()
@ApiExtraModels(ValidKeyDto, RefusedKeyDto)
export class VerifyController {
  constructor(private readonly verifier: KeyVerifier) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ operationId: 'verifyApiKey', summary: 'Is this key acceptable, and may it do that?' })
  @RequirePermissions('apikeys:verify')
  @ApiOkResponse({
    description: 'It is, or why it is not. A key that has been deleted or narrowed is refused from the answer on.',
    schema: { oneOf: [{ $ref: getSchemaPath(ValidKeyDto) }, { $ref: getSchemaPath(RefusedKeyDto) }] },
  })
  @ApiRefusals(...BODY_REFUSALS, invalid('apiKey', 'apiKey must be a string.'))
  async verify(
    @CurrentPrincipal() actor: Principal,
    @Body() { apiKey, ...request }: VerifyKeyDto,
  ): Promise<ValidKeyDto | RefusedKeyDto> {
    const workspaceId = actor.requireWorkspace();
    return toVerificationDto(await this.verifier.verify(apiKey, { ...request, workspaceId }));
  }
}
