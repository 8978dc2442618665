import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { Public } from 'latchkey';
import { ApiRefusals, REQUEST_REFUSALS } from 'latchkey/internal/http/documentation/api-refusals.decorator';
import { InternalError } from 'latchkey/internal/http/errors';
import { Metrics } from './metrics.service.js';

const EXAMPLE = `# HELP process_open_fds Number of open file descriptors.
# TYPE process_open_fds gauge
process_open_fds 29
`;

@ApiTags('Operations')
@Controller('metrics')
@Public()
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Header('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
  @ApiOperation({ operationId: 'getMetrics', summary: 'How is the service doing, for Prometheus?' })
  @ApiOkResponse({
    description: 'The metrics in the text format of Prometheus; of several workers, of all of them together.',
    content: { 'text/plain': { schema: { type: 'string' }, example: EXAMPLE } },
  })
  @ApiRefusals(...REQUEST_REFUSALS, new InternalError())
  get(): Promise<string> {
    return this.metrics.text();
  }
}
