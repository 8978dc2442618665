import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, VersioningType } from '@nestjs/common';
import type { LatchkeyController } from '../../src/index.js';
import { OPERATOR_KEY, startHost, type Host, type HostSetup } from './host.js';

@Controller('hello')
class HelloController {
  @Get()
  hello(): { hello: string } {
    return { hello: 'world' };
  }
}

/** One route of each group. */
const ROUTES: Record<LatchkeyController, [method: string, path: string]> = {
  apikey: ['GET', '/apikey'],
  verify: ['POST', '/verify'],
  me: ['GET', '/me'],
  workspace: ['GET', '/workspace'],
  role: ['GET', '/role'],
  member: ['GET', '/member'],
  permission: ['GET', '/permission'],
  audit: ['GET', '/audit'],
};

describe('the routes in a host', () => {
  let host: Host;

  afterEach(() => host.stop());

  const start = async (setup: HostSetup) => {
    host = await startHost('sqlite', { controllers: [HelloController], ...setup });
  };
  /** Which groups answer below a path; a route that is not there is answered by the host. */
  const mountedAt = async (prefix: string) => {
    const workspaceId = await host.createWorkspace();
    const headers = { authorization: OPERATOR_KEY, 'x-workspace-id': workspaceId };
    const found: string[] = [];
    for (const [name, [method, path]] of Object.entries(ROUTES)) {
      const body = method === 'POST' ? {} : undefined;
      const { status } = await host.send(method, prefix + path, body, headers);
      if (status !== 404) found.push(name);
    }
    return found;
  };

  it('begin with latchkey', async () => {
    await start({});
    expect(await mountedAt('/latchkey')).toEqual(Object.keys(ROUTES));
    expect(await mountedAt('')).toEqual([]);
  });

  it.each(['a/b', '/a/b', 'a/b/'])('begin with the prefix %s', async (routePrefix) => {
    await start({ latchkey: { routePrefix } });
    expect(await mountedAt('/a/b')).toEqual(Object.keys(ROUTES));
  });

  it('begin with nothing', async () => {
    await start({ latchkey: { routePrefix: '' } });
    expect(await mountedAt('')).toEqual(Object.keys(ROUTES));
  });

  it('are those that the host chooses', async () => {
    await start({ latchkey: { controllers: ['apikey', 'audit'] } });
    expect(await mountedAt('/latchkey')).toEqual(['apikey', 'audit']);
  });

  it('come after the host’s global prefix', async () => {
    await start({ configure: (app) => app.setGlobalPrefix('api') });
    expect(await mountedAt('/api/latchkey')).toEqual(Object.keys(ROUTES));
    expect((await host.get('/api/hello')).status).toBe(200);
  });

  it.each([
    ['URI', { type: VersioningType.URI, defaultVersion: '2' } as const, '/v2/hello'],
    ['header', { type: VersioningType.HEADER, header: 'x-version', defaultVersion: '2' } as const, '/hello'],
  ])('have no version, whatever the host’s versioning by %s', async (_, versioning, hello) => {
    await start({ configure: (app) => void app.enableVersioning(versioning) });
    expect(await mountedAt('/latchkey')).toEqual(Object.keys(ROUTES));
    expect((await host.get(hello, { 'x-version': '2' })).status).toBe(200);
  });

  it('keep their paths behind a global prefix, a prefix and versions at once', async () => {
    await start({
      latchkey: { routePrefix: 'a/b' },
      configure: (app) => {
        app.setGlobalPrefix('api', { exclude: ['hello'] });
        app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1', prefix: 'version-' });
      },
    });
    expect(await mountedAt('/api/a/b')).toEqual(Object.keys(ROUTES));
    expect((await host.get('/version-1/hello')).status).toBe(200);
  });
});
