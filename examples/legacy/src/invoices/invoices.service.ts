import { ConflictException, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { AuditService, type Principal } from 'latchkey';
import { DataSource, type EntityManager } from 'typeorm';
import { CancelInvoicesDto } from './cancel-invoices.dto';
import { Invoice } from './invoice.entity';
import { Turns } from './turns';

@Injectable()
export class InvoicesService {
  private readonly turns = new Turns();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
  ) {}

  list(actor: Principal): Promise<Invoice[]> {
    return this.dataSource.manager.findBy(Invoice, { workspaceId: actor.requireWorkspace() });
  }

  /** All of them are cancelled, each with its record on the trail, or none is. */
  async cancel(actor: Principal, { ids, reason }: CancelInvoicesDto): Promise<void> {
    // TypeORM has one connection to SQLite: transactions at the same time would be one.
    await this.turns.take(() =>
      this.dataSource.transaction(async (manager) => {
        for (const id of ids) await this.cancelOne(manager, actor, id, reason);
      }),
    );
  }

  private async cancelOne(manager: EntityManager, actor: Principal, id: number, reason: string): Promise<void> {
    const where = { id, workspaceId: actor.requireWorkspace(), cancelled: false };
    const { affected } = await manager.update(Invoice, where, { cancelled: true });
    if (affected !== 1) throw new ConflictException(`There is no invoice ${id} to cancel.`);
    const targets = [{ type: 'invoice', id: String(id), display: `Invoice ${id}` }];
    const changes = [{ field: 'cancelled', before: false, after: true }];
    await this.audit.record(actor, { action: 'invoice.cancelled', targets, changes, reason }, manager);
  }
}
