import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Public } from '../auth/access.decorators.js';
import { ApiRefusals } from '../common/api-refusals.decorator.js';
import { Database } from '../database/database.js';

class HealthDto {
  @ApiProperty({ enum: ['ok'], example: 'ok' })
  status!: 'ok';
}

@ApiTags('Operations')
@Controller('health')
@Public()
export class HealthController {
  constructor(private readonly database: Database) {}

  @Get('live')
  @ApiOperation({ summary: 'Is the process running?' })
  @ApiOkResponse({ type: HealthDto, description: 'It is.' })
  live(): HealthDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Can requests be served: is the store reachable?' })
  @ApiOkResponse({ type: HealthDto, description: 'They can.' })
  @ApiRefusals('store.unavailable', 'service.stopping')
  async ready(): Promise<HealthDto> {
    await this.database.query('SELECT 1');
    return { status: 'ok' };
  }
}
