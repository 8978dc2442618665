import { ApiProperty } from '@nestjs/swagger';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

export const ORDER_STATUSES = ['paid', 'refunded'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

@Entity('orders')
export class Order {
  @ApiProperty({ format: 'uuid' })
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  /** Whose order it is: a key sees those of its own workspace. */
  @Column({ type: 'uuid', name: 'workspace_id' })
  workspaceId!: string;

  @ApiProperty({ example: 'Teapot' })
  @Column({ type: 'varchar', length: 100 })
  article!: string;

  @ApiProperty({ example: 2995 })
  @Column({ type: 'integer', name: 'price_in_cents' })
  priceInCents!: number;

  @ApiProperty({ enum: ORDER_STATUSES })
  @Column({ type: 'varchar', length: 10, default: 'paid' })
  status!: OrderStatus;
}
