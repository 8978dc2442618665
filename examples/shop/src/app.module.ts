import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LATCHKEY_ENTITIES, LATCHKEY_MIGRATIONS, LatchkeyModule } from 'latchkey';
import { CreateOrders1790000000000 } from './orders/create-orders.migration.js';
import { Order } from './orders/order.entity.js';
import { OrdersController } from './orders/orders.controller.js';
import { OrdersService } from './orders/orders.service.js';
import { Payments } from './orders/payments.js';
import { permissions } from './permissions.js';

@Module({})
export class AppModule {
  static forRoot(databaseUrl: string): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRoot({
          type: 'postgres',
          url: databaseUrl,
          entities: [...LATCHKEY_ENTITIES, Order],
          migrations: [...LATCHKEY_MIGRATIONS, CreateOrders1790000000000],
          migrationsRun: true,
        }),
        LatchkeyModule.forRoot({ keyPrefix: 'shop', permissions }),
      ],
      controllers: [OrdersController],
      providers: [OrdersService, Payments],
    };
  }
}
