import { Controller, Get, Header, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Readable } from 'node:stream';
import { CurrentPrincipal, RequirePermissions } from '../auth/access.decorators.js';
import type { Principal } from '../auth/principal.js';
import { Protected } from '../auth/protected.decorator.js';
import { ApiRefusals } from '../common/api-refusals.decorator.js';
import { AuditService } from './audit.service.js';
import { AuditPageDto, AuditRecordDto } from './dto/audit-record.dto.js';
import { ExportAuditDto } from './dto/export-audit.dto.js';
import { ListAuditDto } from './dto/list-audit.dto.js';
import { toNdjson } from './ndjson.js';

@ApiTags('Audit')
@Controller('audit')
@Protected()
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @ApiOperation({ summary: 'Reads the trail, newest first.' })
  @RequirePermissions('auditLogs:view', { scope: 'one-or-all' })
  @ApiOkResponse({ type: AuditPageDto, description: 'The records.' })
  @ApiRefusals('request.invalid')
  list(@CurrentPrincipal() actor: Principal, @Query() query: ListAuditDto): Promise<AuditPageDto> {
    return this.audit.list(actor, query);
  }

  @Get('export')
  @ApiOperation({ summary: 'Exports the trail, oldest first; that it was is on the trail.' })
  @RequirePermissions('auditLogs:export', { scope: 'one-or-all' })
  @ApiProduces('application/x-ndjson')
  @ApiOkResponse({
    description: 'One record a line.',
    content: {
      'application/x-ndjson': {
        schema: { type: 'string' },
        example: '{"id":"0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11"}\n',
      },
    },
  })
  @ApiRefusals('request.invalid')
  @Header('Content-Disposition', 'attachment; filename="audit.ndjson"')
  async export(@CurrentPrincipal() actor: Principal, @Query() query: ExportAuditDto): Promise<StreamableFile> {
    const records = await this.audit.export(actor, query);
    return new StreamableFile(Readable.from(toNdjson(records)), { type: 'application/x-ndjson' });
  }

  @Get(':id')
  @ApiOperation({ summary: 'Gets one record.' })
  @RequirePermissions('auditLogs:view', { scope: 'one-or-all' })
  @ApiParam({
    name: 'id',
    description: 'The id of the record.',
    schema: { type: 'string' },
    example: '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11',
  })
  @ApiOkResponse({ type: AuditRecordDto, description: 'The record.' })
  @ApiRefusals('audit.not_found')
  get(@CurrentPrincipal() actor: Principal, @Param('id') id: string): Promise<AuditRecordDto> {
    return this.audit.get(actor, id);
  }
}
