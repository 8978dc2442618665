import { describe, expect, it } from '@jest/globals';
import { OwnerNotices, type Notice } from '../../src/refused-attempts/owner-notices.js';
import type { ResourceOwners } from '../../src/refused-attempts/resource-owners.js';

const TOGETHER = 500;
const SHARED = 5000;

/** In it, all keys are the owner's that are called after it. */
class Owners implements Pick<ResourceOwners, 'find'> {
  readonly asked: number[] = [];
  answer = Promise.resolve();

  async find(_: string, ids: readonly string[]): Promise<Map<string, string>> {
    this.asked.push(ids.length);
    await this.answer;
    return new Map(ids.filter((id) => id.startsWith('owned')).map((id) => [id, 'owner']));
  }
}

function started() {
  const owners = new Owners();
  const told: string[] = [];
  const notices = new OwnerNotices(owners, ({ things }) => {
    told.push(...things.map(({ id }) => id));
    return Promise.resolve();
  });
  const tryAt = (id: string, workspaceId = 'caller'): void =>
    notices.add({
      actor: { type: 'apikey', id: 'k', display: '', workspaceId, credentialId: null, origin: null },
      event: { workspaceId } as Notice['event'],
      date: new Date(0),
      things: [{ type: 'apikey', id }],
    });
  return { owners, told, notices, tryAt };
}

describe('OwnerNotices', () => {
  it('tell of an attempt whatever ids that do not exist came before it', async () => {
    const { notices, told, tryAt } = started();
    // So many workspaces share the places that ten are left to each.
    for (let at = 0; at < TOGETHER; at += 1) tryAt(`invented ${at}`, `workspace ${at}`);
    await new Promise(setImmediate);
    for (let at = 0; at < 12; at += 1) {
      tryAt(`invented by the caller ${at}`);
      for (let other = 0; other < TOGETHER; other += 1) tryAt(`invented ${at} ${other}`, `workspace ${other}`);
      await new Promise(setImmediate);
    }
    tryAt('owned');
    await notices.settle(null);
    expect(told).toEqual(['owned']);
  });

  it('look up one batch at a time, and keep a bounded number, of what exists too', async () => {
    const { notices, owners, told, tryAt } = started();
    let open = (): void => undefined;
    owners.answer = new Promise((resolve) => (open = resolve));
    for (let at = 0; at < 3 * SHARED; at += 1) tryAt(`owned ${at}`);
    await new Promise(setImmediate);
    expect(owners.asked).toEqual([TOGETHER]);
    open();
    await notices.settle(null);
    expect(owners.asked).toEqual([TOGETHER, SHARED]);
    expect(told).toHaveLength(SHARED);

    tryAt('owned again');
    await notices.settle(null);
    expect(told.at(-1)).toBe('owned again');
  });
});
