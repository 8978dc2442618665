import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'DeleteResult' })
export class DeleteResultDto {
  @ApiProperty({ description: 'How many keys were deleted: always one.', type: 'integer', example: 1 })
  affected!: number;

  @ApiProperty({ description: 'Always empty.', type: 'array', items: {}, example: [] })
  raw!: unknown[];
}
