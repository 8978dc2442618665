import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiSchema, ApiTags } from '@nestjs/swagger';
import { Public } from '../authorization/access.decorators.js';
import { ApiRefusals, REQUEST_REFUSALS } from '../http/documentation/api-refusals.decorator.js';
import { InternalError, ServiceStoppingError } from '../http/errors.js';
import { StoreUnavailableError } from '../database/errors.js';
import { Database } from '../database/database.js';
import { Drain } from '../serving/drain.js';
import { Revocations } from '../revocation/revocations.js';
import { ANY_WORKSPACE } from '../workspaces/workspaces.sql.js';

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
