import { UseFilters } from '@nestjs/common';
import { MessageBody, SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { CurrentPrincipal, Principal, WsErrorFilter, type HttpRequest } from 'latchkey';
import { Protected, RequirePermissions } from './permissions.js';

interface Message {
  event: string;
  data: { id: number; seenBy: string };
}

@WebSocketGateway()
@Protected()
@UseFilters(WsErrorFilter)
export class OrdersGateway implements OnGatewayConnection {
  /** `ws` hands over the request that opened the socket, and forgets it; Socket.IO keeps it. */
  handleConnection(client: { handshake?: object; request?: HttpRequest }, request?: HttpRequest): void {
    if (!client.handshake) client.request = request;
  }

  @SubscribeMessage('order')
  @RequirePermissions('orders:view')
  order(@MessageBody() id: number, @CurrentPrincipal() caller: Principal): Message {
    return { event: 'order', data: { id, seenBy: caller.display } };
  }

  @SubscribeMessage('refund')
  @RequirePermissions('orders:refund')
  refund(@MessageBody() id: number, @CurrentPrincipal() caller: Principal): Message {
    return { event: 'refund', data: { id, seenBy: caller.display } };
  }
}
