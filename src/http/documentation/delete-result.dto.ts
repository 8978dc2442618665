import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** The answer to a deletion, in the form that clients of the API before this one know. */
@ApiSchema({ name: 'LatchkeyDeleteResult' })
export class DeleteResultDto {
  @ApiProperty({ description: 'How many were deleted: always one.', type: 'integer', example: 1 })
  affected!: number;

  @ApiProperty({ description: 'Always empty.', type: 'array', items: {}, example: [] })
  raw!: unknown[];
}

export const DELETED: DeleteResultDto = { affected: 1, raw: [] };
