import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { AuditService, type Principal } from 'latchkey';
import { DataSource } from 'typeorm';
import type { CreateOrderDto } from './create-order.dto.js';
import { Order } from './order.entity.js';
import { Payments } from './payments.js';

/** Orders of the workspace that the caller acts in. */
@Injectable()
export class OrdersService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
    private readonly payments: Payments,
  ) {}

  list(actor: Principal): Promise<Order[]> {
    return this.dataSource.manager.findBy(Order, { workspaceId: actor.requireWorkspace() });
  }

  create(actor: Principal, { article, priceInCents }: CreateOrderDto): Promise<Order> {
    return this.dataSource.manager.save(Order, { workspaceId: actor.requireWorkspace(), article, priceInCents });
  }

  /** The order is refunded, paid back and on the trail, or none of it. */
  refund(actor: Principal, id: string, reason: string): Promise<Order> {
    const where = { id, workspaceId: actor.requireWorkspace() };
    return this.dataSource.transaction(async (manager) => {
      const { affected } = await manager.update(Order, { ...where, status: 'paid' }, { status: 'refunded' });
      const order = await manager.findOneBy(Order, where);
      if (!order) throw new NotFoundException('There is no such order.');
      if (affected !== 1) throw new ConflictException('The order is refunded already.');
      await this.audit.record(
        actor,
        {
          action: 'order.refunded',
          targets: [{ type: 'order', id, display: order.article }],
          changes: [{ field: 'status', before: 'paid', after: 'refunded' }],
          reason,
        },
        manager,
      );
      await this.payments.payBack(id, order.priceInCents);
      return order;
    });
  }
}
