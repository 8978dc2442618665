import { SignJWT, UnsecuredJWT } from 'jose';
import { PERMISSIONS } from '../../src/identity/permission-catalogue.js';
import type { Client } from '../support/client.js';
import { AUDIENCE, IdentityProviderFixture, ISSUER } from '../support/identity-provider.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import type { StoreKind } from '../support/stores.js';

/** The service with everybody who calls it: the workspace that is called on, one it must not see, and one that must not see it. */
export class World {
  private readonly clients = new Map<string, Promise<Client>>();

  private constructor(
    readonly service: RunningService,
    readonly provider: IdentityProviderFixture,
    readonly here: WorkspaceFixture,
    readonly foreign: WorkspaceFixture,
    readonly elsewhere: WorkspaceFixture,
  ) {}

  static async create(kind: StoreKind): Promise<World> {
    const provider = await IdentityProviderFixture.start();
    const service = await startService(kind, provider.variables);
    const [here, foreign, elsewhere] = [
      await createWorkspace(service),
      await createWorkspace(service),
      await createWorkspace(service),
    ];
    return new World(service, provider, here, foreign, elsewhere);
  }

  /** A key of the workspace with exactly these grants. */
  keyWith(grants: readonly string[], workspace = this.here): Promise<Client> {
    return this.once(`key ${workspace.id} ${grants.join()}`, async () => (await workspace.keyWith(...grants)).client);
  }

  deletedKey(): Promise<Client> {
    return this.once('deleted key', async () => {
      const { id, client } = await this.here.keyWith('*');
      await this.here.operator.delete(`/apikey/${id}`).expect(200);
      return client;
    });
  }

  memberWith(roles: string[], ...workspaces: WorkspaceFixture[]): Promise<Client> {
    const name = `Member ${roles.join()} ${workspaces.map(({ id }) => id).join()}`;
    return this.once(name, async () =>
      this.bearing(await this.provider.token(await addMember(name, roles, workspaces))),
    );
  }

  /** A token of an admin here, as its claims or its signature are not acceptable. */
  forged(how: 'expired' | 'issuer' | 'none' | 'HS256'): Promise<Client> {
    return this.once(`forged ${how}`, async () => this.bearing(await this.forge(how)));
  }

  private async forge(how: 'expired' | 'issuer' | 'none' | 'HS256'): Promise<string> {
    const subject = await addMember(`Admin of ${how}`, ['admin'], [this.here]);
    const now = Math.floor(Date.now() / 1000);
    if (how === 'expired') return this.provider.token(subject, { expiresIn: now - 60 });
    if (how === 'issuer') return this.provider.token(subject, { issuer: 'https://elsewhere.example' });
    const claims = { sub: subject, iss: ISSUER, aud: AUDIENCE, exp: now + 600 };
    if (how === 'none') return new UnsecuredJWT(claims).encode();
    const publicKey = new TextEncoder().encode(JSON.stringify(this.provider.publicKey('first')));
    return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(publicKey);
  }

  private bearing(token: string): Client {
    return this.service.anonymous.as(token);
  }

  private once(name: string, make: () => Promise<Client>): Promise<Client> {
    const client = this.clients.get(name) ?? make();
    this.clients.set(name, client);
    return client;
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.provider.stop();
  }
}

async function addMember(subject: string, roles: string[], workspaces: WorkspaceFixture[]): Promise<string> {
  for (const { operator } of workspaces) {
    await operator.put(`/member/${encodeURIComponent(subject)}`, { roles }).expect(200);
  }
  return subject;
}

/** Permissions that no key and no role can carry. */
export const OPERATOR_ONLY: readonly string[] = PERMISSIONS.filter(({ grantable }) => !grantable).map(
  ({ name }) => name,
);

export const GRANTABLE: readonly string[] = PERMISSIONS.filter(({ grantable }) => grantable).map(({ name }) => name);
