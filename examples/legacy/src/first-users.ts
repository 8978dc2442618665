import type { INestApplicationContext } from '@nestjs/common';
import { Principal, WorkspacesService } from 'latchkey';
import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Invoice } from './invoices/invoice.entity';
import { UsersService } from './users/users.service';

export interface FirstUsers {
  workspaceId: string;
  /** Of `alice`, who may do everything, and `bob`, who may see invoices. */
  password: string;
}

/** @returns the users and invoices that it added; undefined if the application has been started before */
export async function addFirstUsers(app: INestApplicationContext): Promise<FirstUsers | undefined> {
  const workspaces = app.get(WorkspacesService);
  const { total } = await workspaces.list({});
  if (total > 0) return undefined;
  const { id: workspaceId } = await workspaces.create(Principal.system('first start'), { name: 'Legacy Ltd' });
  const password = randomBytes(12).toString('base64url');
  const users = app.get(UsersService);
  await users.add('alice', password, { isAdmin: true, workspaceId });
  await users.add('bob', password, { isAdmin: false, workspaceId });
  await app.get(DataSource).manager.save(
    Invoice,
    ['Acme', 'Globex', 'Initech'].map((customer) => ({ customer, workspaceId })),
  );
  return { workspaceId, password };
}
