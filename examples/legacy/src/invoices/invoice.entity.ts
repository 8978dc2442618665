import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('invoices')
export class Invoice {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id!: number;

  @Column({ type: 'varchar', name: 'workspace_id' })
  workspaceId!: string;

  @Column({ type: 'varchar', length: 100 })
  customer!: string;

  @Column({ type: 'boolean', default: false })
  cancelled!: boolean;
}
