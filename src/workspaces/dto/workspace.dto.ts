import { ApiProperty } from '@nestjs/swagger';
import type { Workspace } from '../workspace.entity.js';

export class WorkspaceDto {
  @ApiProperty({ format: 'uuid', example: '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11' })
  id!: string;

  @ApiProperty({ example: 'Acme' })
  name!: string;

  @ApiProperty({ format: 'date-time', example: '2030-01-31T12:00:00.000Z' })
  createdDate!: string;

  @ApiProperty({ format: 'date-time', example: '2030-01-31T12:00:00.000Z' })
  updatedDate!: string;
}

export function toWorkspaceDto({ id, name, createdDate, updatedDate }: Workspace): WorkspaceDto {
  return { id, name, createdDate, updatedDate };
}
