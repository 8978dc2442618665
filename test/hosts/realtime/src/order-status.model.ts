import { Field, Int, ObjectType } from '@nestjs/graphql';

@ObjectType()
export class OrderStatus {
  @Field(() => Int)
  id!: number;

  @Field(() => String)
  seenBy!: string;
}
