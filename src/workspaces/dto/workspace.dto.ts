import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { EXAMPLE_DATE, EXAMPLE_ID } from '../../http/documentation/api-examples.js';
import { QuotasDto } from './quotas.dto.js';
import type { WorkspaceView } from '../workspaces.service.js';

@ApiSchema({ name: 'LatchkeyWorkspace' })
export class WorkspaceDto {
  @ApiProperty({ description: 'UUIDv7: sorts by time of creation.', format: 'uuid', example: EXAMPLE_ID })
  id!: string;

  @ApiProperty({ description: 'A name, for people.', example: 'Acme' })
  name!: string;

  @ApiProperty({ description: 'Your own id of the tenant.', type: String, nullable: true, example: 'company-4711' })
  externalId!: string | null;

  @ApiProperty({ description: 'When it was created.', format: 'date-time', example: EXAMPLE_DATE })
  createdDate!: string;

  @ApiProperty({ description: 'When it was last changed.', format: 'date-time', example: EXAMPLE_DATE })
  updatedDate!: string;

  @ApiProperty({ description: 'The most that may be in the workspace, and how much there is.' })
  quotas!: QuotasDto;
}

export function toWorkspaceDto({
  id,
  name,
  externalId,
  createdDate,
  updatedDate,
  quotas,
}: WorkspaceView): WorkspaceDto {
  return { id, name, externalId, createdDate, updatedDate, quotas };
}
