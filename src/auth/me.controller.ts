import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiSchema, ApiTags } from '@nestjs/swagger';
import type { ActorType } from '../events/actor.js';
import { AnyCaller, CurrentPrincipal } from './access.decorators.js';
import type { Principal } from './principal.js';
import { Protected } from './protected.decorator.js';

const ID = '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11';

@ApiSchema({ name: 'Caller' })
class CallerDto {
  @ApiProperty({ enum: ['apikey', 'user', 'operator'], example: 'apikey' })
  type!: ActorType;

  @ApiProperty({ example: ID })
  id!: string;

  @ApiProperty({ example: 'Billing worker' })
  display!: string;
}

@ApiSchema({ name: 'Me' })
export class MeDto {
  @ApiProperty({ type: CallerDto })
  principal!: CallerDto;

  @ApiProperty({ description: 'null: in none.', type: String, format: 'uuid', nullable: true, example: ID })
  workspaceId!: string | null;

  @ApiProperty({ description: 'What the caller may do there.', type: String, isArray: true, example: ['apikeys:view'] })
  permissions!: string[];
}

@ApiTags('Me')
@Controller('me')
@Protected()
export class MeController {
  @Get()
  @ApiOperation({ operationId: 'getMe', summary: 'Who am I, where, and what may I do there?' })
  @AnyCaller()
  @ApiOkResponse({ type: MeDto, description: 'The caller.' })
  me(@CurrentPrincipal() { type, id, display, workspaceId, permissions }: Principal): MeDto {
    return { principal: { type, id, display }, workspaceId, permissions: permissions.simplified() };
  }
}
