import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { LatchkeyError } from '../kernel/latchkey-error.js';

/** What a WebSocket client has to be told with: Socket.IO's `emit`, or the `send` of `ws`. */
interface WebSocketClient {
  emit?: (event: string, body: object) => void;
  send: (text: string) => void;
  handshake?: object;
}

/**
 * Tells clients of a gateway why Latchkey's guards refused, as the event `exception`: `{status: 'error', statusCode, error,
 * message, code}`. Without it Nest says “Internal server error”. Bind it where the guards are bound.
 */
@Catch(LatchkeyError)
export class WsErrorFilter implements ExceptionFilter<LatchkeyError> {
  catch(error: LatchkeyError, host: ArgumentsHost): void {
    const client = host.switchToWs().getClient<WebSocketClient>();
    const data = { status: 'error', ...(error.getResponse() as object) };
    if (client.handshake && client.emit) client.emit('exception', data);
    else client.send(JSON.stringify({ event: 'exception', data }));
  }
}
