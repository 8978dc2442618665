import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiSchema, ApiTags } from '@nestjs/swagger';
import { Public } from 'latchkey';
import { Database } from 'latchkey/internal/database/database';
import { StoreUnavailableError } from 'latchkey/internal/database/errors';
import { ApiRefusals, REQUEST_REFUSALS } from 'latchkey/internal/http/documentation/api-refusals.decorator';
import { InternalError, ServiceStoppingError } from 'latchkey/internal/http/errors';
import { Revocations } from 'latchkey/internal/revocation/revocations';
import { ANY_WORKSPACE } from 'latchkey/internal/workspaces/workspaces.sql';
import { Drain } from '../serving/drain.js';

@ApiSchema({ name: 'Health' })
class HealthDto {
  @ApiProperty({ description: 'Always ok: what is not is refused.', enum: ['ok'], example: 'ok' })
  status!: 'ok';
}

const REFUSALS = [...REQUEST_REFUSALS, new InternalError()];

@ApiTags('Operations')
@Controller('health')
@Public()
export class HealthController {
  constructor(
    private readonly database: Database,
    private readonly revocations: Revocations,
    private readonly drain: Drain,
  ) {}

  @Get('live')
  @ApiOperation({ operationId: 'getLiveness', summary: 'Is the process running?' })
  @ApiOkResponse({ type: HealthDto, description: 'It is.' })
  @ApiRefusals(...REFUSALS)
  live(): HealthDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ operationId: 'getReadiness', summary: 'Can requests be served: is the store reachable?' })
  @ApiOkResponse({ type: HealthDto, description: 'They can.' })
  @ApiRefusals(new StoreUnavailableError(undefined), new ServiceStoppingError(), ...REFUSALS)
  async ready(): Promise<HealthDto> {
    if (this.drain.isStopping) throw new ServiceStoppingError();
    await this.database.lookUp(ANY_WORKSPACE, []);
    this.revocations.assertWritable();
    return { status: 'ok' };
  }
}
