import { UseGuards } from '@nestjs/common';
import { Args, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { ApiKeyGuard, CurrentPrincipal, PermissionGuard, Principal } from 'latchkey';
import { OrderStatus } from './order-status.model.js';
import { RequirePermissions } from './permissions.js';

@Resolver(() => OrderStatus)
@UseGuards(ApiKeyGuard, PermissionGuard)
export class OrdersResolver {
  @Query(() => OrderStatus)
  @RequirePermissions('orders:view')
  order(@Args('id', { type: () => Int }) id: number, @CurrentPrincipal() caller: Principal): OrderStatus {
    return { id, seenBy: caller.display };
  }

  @Mutation(() => OrderStatus)
  @RequirePermissions('orders:refund')
  refund(@Args('id', { type: () => Int }) id: number, @CurrentPrincipal() caller: Principal): OrderStatus {
    return { id, seenBy: caller.display };
  }
}
