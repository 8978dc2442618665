import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { LATCHKEY_ENTITIES, LATCHKEY_MIGRATIONS, LatchkeyModule } from 'latchkey';
import { CreateOrders1800000000000 } from './create-orders.migration.js';
import { Order } from './order.entity.js';
import { OrdersController } from './orders.controller.js';
import { permissions } from './permissions.js';
import { PlainController } from './plain.controller.js';

export type Schema = 'migrations' | 'synchronize';

@Module({})
export class AppModule {
  static forRoot(database: TypeOrmModuleOptions, schema: Schema): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRoot({
          ...database,
          entities: [...LATCHKEY_ENTITIES, Order],
          ...(schema === 'synchronize'
            ? { synchronize: true }
            : { migrations: [...LATCHKEY_MIGRATIONS, CreateOrders1800000000000], migrationsRun: true }),
        }),
        LatchkeyModule.forRoot({ permissions, routePrefix: 'security' }),
      ],
      controllers: [OrdersController, PlainController],
    };
  }
}
