import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsPositive, IsString, Length } from 'class-validator';

export class CreateOrderDto {
  @ApiProperty({ example: 'Teapot' })
  @IsString()
  @Length(1, 100)
  article!: string;

  @ApiProperty({ example: 2995 })
  @IsInt()
  @IsPositive()
  priceInCents!: number;
}
