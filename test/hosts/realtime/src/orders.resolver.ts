import { Args, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { CurrentPrincipal, Principal } from 'latchkey';
import { OrderStatus } from './order-status.model.js';
import { Protected, RequirePermissions } from './permissions.js';

@Resolver(() => OrderStatus)
@Protected()
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
