import { Body, Controller, Get, HttpCode, HttpStatus, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, Principal } from 'latchkey';
import { Protected } from '../permissions.js';
import { CreateOrderDto } from './create-order.dto.js';
import { Order } from './order.entity.js';
import { OrdersService } from './orders.service.js';
import { RefundOrderDto } from './refund-order.dto.js';

@ApiTags('Orders')
@Controller('orders')
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Get()
  @Protected('orders:view')
  list(@CurrentPrincipal() actor: Principal): Promise<Order[]> {
    return this.orders.list(actor);
  }

  @Post()
  @Protected('orders:create')
  create(@CurrentPrincipal() actor: Principal, @Body() body: CreateOrderDto): Promise<Order> {
    return this.orders.create(actor, body);
  }

  @Post(':id/refund')
  @HttpCode(HttpStatus.OK)
  @Protected('orders:refund')
  @ApiOkResponse({ type: Order })
  refund(
    @CurrentPrincipal() actor: Principal,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { reason }: RefundOrderDto,
  ): Promise<Order> {
    return this.orders.refund(actor, id, reason);
  }
}
