import { Injectable, Logger } from '@nestjs/common';

/** Where the shop's payment provider would be called. */
@Injectable()
export class Payments {
  private readonly logger = new Logger(Payments.name);

  /** @throws {Error} if the provider refuses. */
  async payBack(orderId: string, cents: number): Promise<void> {
    this.logger.log(`Paid ${cents} cents back for the order ${orderId}.`);
  }
}
