import { ArrayMaxSize, ArrayMinSize, IsArray, IsInt, IsString, Length } from 'class-validator';

export class CancelInvoicesDto {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @IsInt({ each: true })
  ids!: number[];

  @IsString()
  @Length(1, 500)
  reason!: string;
}
