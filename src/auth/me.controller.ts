import { Controller, Get, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiSchema, ApiTags } from '@nestjs/swagger';
import { EXAMPLE_ID } from '../http/documentation/api-examples.js';
import type { ActorType } from '../events/actor.js';
import { AnyCaller, CurrentPrincipal } from '../authorization/access.decorators.js';
import type { Principal } from '../identity/principal.js';
import { LatchkeyRoutes } from './latchkey-routes.decorator.js';

@ApiSchema({ name: 'LatchkeyCaller' })
class CallerDto {
  @ApiProperty({ description: 'What the caller is.', enum: ['apikey', 'user', 'operator'], example: 'apikey' })
  type!: ActorType;

  @ApiProperty({ description: 'The id of the key, of the operator, or the `sub` of the token.', example: EXAMPLE_ID })
  id!: string;

  @ApiProperty({ description: 'Its name.', example: 'Billing worker' })
  display!: string;
}

@ApiSchema({ name: 'LatchkeyMe' })
export class MeDto {
  @ApiProperty({ description: 'The caller.', type: CallerDto })
  principal!: CallerDto;

  @ApiProperty({ description: 'null: in none.', type: String, format: 'uuid', nullable: true, example: EXAMPLE_ID })
  workspaceId!: string | null;

  @ApiProperty({ description: 'What the caller may do there.', type: String, isArray: true, example: ['apikeys:view'] })
  permissions!: readonly string[];
}

@ApiTags('Me')
@Controller({ path: 'me', version: VERSION_NEUTRAL })
@LatchkeyRoutes()
export class MeController {
  @Get()
  @ApiOperation({ operationId: 'getMe', summary: 'Who am I, where, and what may I do there?' })
  @AnyCaller()
  @ApiOkResponse({ type: MeDto, description: 'The caller.' })
  me(@CurrentPrincipal() { type, id, display, workspaceId, permissions }: Principal): MeDto {
    return { principal: { type, id, display }, workspaceId, permissions: permissions.simplified() };
  }
}
