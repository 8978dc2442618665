import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Something of the host's own, in the same database. */
@Entity({ name: 'orders' })
export class Order {
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  @Column({ type: 'text' })
  state!: string;
}
