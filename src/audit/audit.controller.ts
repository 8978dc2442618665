import { Controller, Get, Header, Param, Query, Req, StreamableFile, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Readable } from 'node:stream';
import { CurrentPrincipal, RequirePermissions } from '../authorization/access.decorators.js';
import type { Principal } from '../identity/principal.js';
import { LatchkeyRoutes } from '../auth/latchkey-routes.decorator.js';
import { EXAMPLE_ID } from '../http/documentation/api-examples.js';
import { ApiRefusals, invalid } from '../http/documentation/api-refusals.decorator.js';
import type { HttpRequest } from '../http/request.js';
import { AuditService } from './audit.service.js';
import { AUDIT_RECORD_EXAMPLE, AuditPageDto, AuditRecordDto } from './dto/audit-record.dto.js';
import { ExportAuditDto } from './dto/export-audit.dto.js';
import { ListAuditDto } from './dto/list-audit.dto.js';
import { AuditRecordNotFoundError } from './errors.js';
import { toNdjson } from './ndjson.js';

const EXPORT_DISPOSITION = 'attachment; filename="audit.ndjson"';

@ApiTags('Audit')
@Controller({ path: 'audit', version: VERSION_NEUTRAL })
@LatchkeyRoutes()
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @ApiOperation({ operationId: 'listAuditRecords', summary: 'Reads the trail, newest first.' })
  @RequirePermissions('auditLogs:view', { scope: 'one-or-all' })
  @ApiOkResponse({ type: AuditPageDto, description: 'The records.' })
  @ApiRefusals(invalid('cursor', 'cursor must be a nextCursor of an earlier answer, unchanged.'))
  list(@CurrentPrincipal() actor: Principal, @Query() query: ListAuditDto): Promise<AuditPageDto> {
    return this.audit.list(actor, query);
  }

  @Get('export')
  @ApiOperation({
    operationId: 'exportAuditRecords',
    summary: 'Exports the trail, oldest first; that it was is on the trail.',
  })
  @RequirePermissions('auditLogs:export', { scope: 'one-or-all' })
  @ApiOkResponse({
    description: 'One record a line.',
    content: {
      'application/x-ndjson': {
        schema: { type: 'string' },
        example: `${JSON.stringify(AUDIT_RECORD_EXAMPLE)}\n`,
      },
    },
    headers: {
      'Content-Disposition': {
        description: 'Makes a browser save it as a file.',
        required: true,
        schema: { type: 'string' },
        example: EXPORT_DISPOSITION,
      },
    },
  })
  @ApiRefusals(
    invalid('from', 'from must be an RFC 3339 date and time with a time zone, such as 2030-01-31T12:00:00Z.'),
  )
  @Header('Content-Disposition', EXPORT_DISPOSITION)
  async export(
    @CurrentPrincipal() actor: Principal,
    @Query() query: ExportAuditDto,
    @Req() { method }: HttpRequest,
  ): Promise<StreamableFile> {
    // HEAD exports nothing, so there is nothing to put on the trail.
    const lines = method === 'HEAD' ? [] : toNdjson(await this.audit.export(actor, query));
    return new StreamableFile(Readable.from(lines), { type: 'application/x-ndjson' });
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getAuditRecord', summary: 'Gets one record.' })
  @RequirePermissions('auditLogs:view', { scope: 'one-or-all' })
  @ApiParam({
    name: 'id',
    description: 'The id of the record.',
    schema: { type: 'string' },
    example: EXAMPLE_ID,
  })
  @ApiOkResponse({ type: AuditRecordDto, description: 'The record.' })
  @ApiRefusals(new AuditRecordNotFoundError())
  get(@CurrentPrincipal() actor: Principal, @Param('id') id: string): Promise<AuditRecordDto> {
    return this.audit.get(actor, id);
  }
}
