import { Body, ConflictException, Controller, Get, Param, ParseIntPipe, Post } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { AuditService, CurrentPrincipal, Principal } from 'latchkey';
import { DataSource } from 'typeorm';
import { CreateOrderDto } from './create-order.dto.js';
import { Order } from './order.entity.js';
import { Protected, RequirePermissions } from './permissions.js';

@Controller('orders')
@Protected()
export class OrdersController {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
  ) {}

  @Get()
  @RequirePermissions('orders:view')
  list(): Promise<Order[]> {
    return this.dataSource.manager.find(Order, { order: { id: 'ASC' } });
  }

  @Post()
  @RequirePermissions('orders:create')
  create(@Body() { article }: CreateOrderDto): Promise<Order> {
    return this.dataSource.manager.save(Order, { article });
  }

  @Post(':id/refund')
  @RequirePermissions('orders:refund')
  async refund(
    @CurrentPrincipal() actor: Principal,
    @Param('id', ParseIntPipe) id: number,
  ): Promise<{ record: string }> {
    return this.dataSource.transaction(async (manager) => {
      const { affected } = await manager.update(Order, { id }, { refunded: true });
      const targets = [{ type: 'order', id: String(id), display: `Order ${id}` }];
      const record = await this.audit.record(actor, { action: 'order.refunded', targets }, manager);
      // Behind the record, for it must go when the transaction does.
      if (affected !== 1) throw new ConflictException('There is no such order.');
      return { record };
    });
  }

  @Get('undeclared')
  undeclared(): string {
    return 'nobody gets this';
  }
}
