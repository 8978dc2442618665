import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';

export class CreateOrderDto {
  @ApiProperty()
  @IsString()
  @Length(1, 100)
  article!: string;
}
