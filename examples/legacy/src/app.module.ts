import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LATCHKEY_ENTITIES, LATCHKEY_MIGRATIONS, LatchkeyModule, type HostUser } from 'latchkey';
import { Invoice } from './invoices/invoice.entity';
import { InvoicesController } from './invoices/invoices.controller';
import { InvoicesService } from './invoices/invoices.service';
import { LegacyTables1790000000000 } from './legacy-tables.migration';
import { permissions } from './permissions';
import { ReportsController } from './reports/reports.controller';
import { User } from './users/user.entity';
import { UsersModule } from './users/users.module';
import { UsersService } from './users/users.service';

@Module({})
export class AppModule {
  static forRoot(databaseFile: string): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRoot({
          type: 'sqlite',
          database: databaseFile,
          enableWAL: true,
          busyTimeout: 5000,
          entities: [...LATCHKEY_ENTITIES, Invoice, User],
          migrations: [...LATCHKEY_MIGRATIONS, LegacyTables1790000000000],
          migrationsRun: true,
        }),
        UsersModule,
        LatchkeyModule.forRootAsync({
          imports: [UsersModule],
          inject: [UsersService],
          useFactory: (users: UsersService) => ({
            permissions,
            principalResolver: async (request) => toHostUser(await users.ofRequest(request)),
          }),
        }),
      ],
      controllers: [InvoicesController, ReportsController],
      providers: [InvoicesService],
    };
  }
}

/** What Latchkey has to know of a user: who it is, in which workspace, and what they may do there. */
function toHostUser(user: User | null): HostUser | null {
  if (!user) return null;
  const { name, isAdmin, workspaceId } = user;
  return { id: name, workspaceId, permissions: isAdmin ? ['*'] : ['invoices:view'] };
}
