import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WsAdapter } from '@nestjs/platform-ws';
import { startRealtimeApp, type RealtimeApp } from '../src/realtime-app.js';

describe('a resolver', () => {
  let host: RealtimeApp;

  beforeAll(async () => {
    host = await startRealtimeApp((app) => new WsAdapter(app));
  });

  afterAll(() => host.close());

  async function ask(query: string, key?: string): Promise<any> {
    const response = await fetch(`${host.url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(key && { Authorization: `Bearer ${key}` }) },
      body: JSON.stringify({ query }),
    });
    return response.json();
  }

  it('answers a key that may', async () => {
    expect(await ask('{ order(id: 1) { id seenBy } }', host.viewer)).toEqual({
      data: { order: { id: 1, seenBy: 'viewer' } },
    });
  });

  it('refuses without a key', async () => {
    const { data, errors } = await ask('{ order(id: 1) { id } }');

    expect(data).toBeNull();
    expect(errors).toEqual([
      expect.objectContaining({ message: expect.stringContaining('A valid API key is required') }),
    ]);
  });

  it('refuses a key that may not', async () => {
    const { data, errors } = await ask('mutation { refund(id: 1) { id } }', host.viewer);

    expect(data).toBeNull();
    expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining('orders:refund') })]);
  });
});
