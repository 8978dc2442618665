import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';

export class RefundOrderDto {
  @ApiProperty({ example: 'It arrived in pieces.' })
  @IsString()
  @Length(1, 500)
  reason!: string;
}
