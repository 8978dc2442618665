import { Body, Controller, Get, HttpCode, HttpStatus, Param, ParseUUIDPipe, Post, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ApiKeyGuard, CurrentPrincipal, PermissionGuard, Principal } from 'latchkey';
import { RequirePermissions } from '../permissions.js';
import { CreateOrderDto } from './create-order.dto.js';
import { Order } from './order.entity.js';
import { OrdersService } from './orders.service.js';
import { RefundOrderDto } from './refund-order.dto.js';

@ApiTags('Orders')
@Controller('orders')
@UseGuards(ApiKeyGuard, PermissionGuard)
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Get()
  @RequirePermissions('orders:view')
  list(@CurrentPrincipal() actor: Principal): Promise<Order[]> {
    return this.orders.list(actor);
  }

  @Post()
  @RequirePermissions('orders:create')
  create(@CurrentPrincipal() actor: Principal, @Body() body: CreateOrderDto): Promise<Order> {
    return this.orders.create(actor, body);
  }

  @Post(':id/refund')
  @HttpCode(HttpStatus.OK)
  @RequirePermissions('orders:refund')
  @ApiOkResponse({ type: Order })
  refund(
    @CurrentPrincipal() actor: Principal,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { reason }: RefundOrderDto,
  ): Promise<Order> {
    return this.orders.refund(actor, id, reason);
  }
}
