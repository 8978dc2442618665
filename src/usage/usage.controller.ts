import { Controller, Get, Param, Query, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiKeyNotFoundError } from '../api-keys/errors.js';
import { CurrentPrincipal, RequirePermissions } from '../authorization/access.decorators.js';
import { LatchkeyRoutes } from '../auth/latchkey-routes.decorator.js';
import { EXAMPLE_ID } from '../http/documentation/api-examples.js';
import { ApiRefusals, invalid } from '../http/documentation/api-refusals.decorator.js';
import type { HttpResponse } from '../http/request.js';
import type { Principal } from '../identity/principal.js';
import { GetUsageDto } from './dto/get-usage.dto.js';
import { toUsageReportDto, UsageReportDto } from './dto/usage-report.dto.js';
import { UsageService } from './usage.service.js';

@ApiTags('Usage')
@Controller({ path: 'apikey', version: VERSION_NEUTRAL })
@LatchkeyRoutes()
export class UsageController {
  constructor(private readonly usage: UsageService) {}

  @Get(':id/usage')
  @ApiOperation({
    operationId: 'getApiKeyUsage',
    summary: 'Reports who uses a key, how often, and for what.',
  })
  @RequirePermissions('apikeys:view')
  @ApiParam({ name: 'id', description: 'The id of the key.', schema: { type: 'string' }, example: EXAMPLE_ID })
  @ApiOkResponse({
    type: UsageReportDto,
    description: 'The report, with all uses until `asOf`.',
    headers: {
      ETag: {
        description:
          'Changes with every verification of the key, whatever came of it: in If-Match, it makes a deletion of the key conditional.',
        required: true,
        schema: { type: 'string' },
        example: '"u1843"',
      },
    },
  })
  @ApiRefusals(new ApiKeyNotFoundError(EXAMPLE_ID), invalid('to', 'to must not be before from.'))
  async report(
    @CurrentPrincipal() actor: Principal,
    @Param('id') id: string,
    @Query() query: GetUsageDto,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<UsageReportDto> {
    const report = await this.usage.report(actor, id, query);
    response.header('ETag', report.etag);
    return toUsageReportDto(report);
  }
}
