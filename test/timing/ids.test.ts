import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PERMISSIONS } from '../../src/identity/permission-catalogue.js';
import { OBJECT_KINDS, objectKindOf } from '../support/objects.js';
import { serviceDocument } from '../support/openapi-document.js';
import { documentedOperations } from '../support/openapi-operations.js';
import { permissionsOf, routesOf } from '../support/routes.js';
import { createWorkspace, startService, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';
import { KeptConnection, type PlainRequest } from './kept-connection.js';
import { measure, spin } from './measure.js';
import { separations } from './separation.js';
import { randomOrder, samples, stopClock } from './settings.js';

const SAMPLES = samples(4000);
const IDS_EACH = 40;
const COMPARISONS = 2 * 20;
const PLANTED_MICROSECONDS = 50;
const PARAMETER = /\{\w+\}/;

type Ids = Record<'random' | 'foreign', string[]>;

/** A route with an id in its path. */
interface Target {
  method: string;
  path: string;
  ids: Ids;
  body: string | undefined;
  status: number;
}

describe('The time of an answer does not tell another workspace’s id from a random one', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let authorization: string;
    let targets: Target[];

    beforeAll(async () => {
      service = await startService(kind);
      // Everything that a key may carry.
      const everything = PERMISSIONS.filter(({ grantable }) => grantable).map(({ name }) => name);
      authorization = `Bearer ${(await (await createWorkspace(service)).keyWith(...everything)).secret}`;
      targets = await targetsOf(service);
      stopClock(service);
    });

    afterAll(() => service.stop());

    const requestsOf = (target: Target, ids: string[]): PlainRequest[] =>
      ids.map((id) => ({
        method: target.method.toUpperCase(),
        path: target.path.replace(PARAMETER, encodeURIComponent(id)),
        headers: { authorization, ...(target.body !== undefined && { 'content-type': 'application/json' }) },
        body: target.body,
      }));

    it('on any route', async () => {
      const separated: string[] = [];
      for (const target of targets) {
        const connection = new KeptConnection(service.url, target.status);
        const classes = {
          random: requestsOf(target, target.ids.random),
          foreign: requestsOf(target, target.ids.foreign),
        };

        const times = await measure((request) => connection.send(request), classes, SAMPLES, randomOrder());

        connection.close();
        const title = `${target.method} ${target.path} on ${kind}`;
        if (separations(title, times, COMPARISONS).length > 0) separated.push(title);
      }
      expect(targets.length).toBeLessThanOrEqual(COMPARISONS / 2);
      expect(separated).toEqual([]);
    });

    it.each(['get', 'delete'])(`for it would show: %s with ${PLANTED_MICROSECONDS} µs more`, async (method) => {
      const target = targets.find((one) => one.method === method && one.path.includes('/apikey/'))!;
      const connection = new KeptConnection(service.url, target.status);
      const requests = requestsOf(target, target.ids.random);
      const probe = ({ request, more }: { request: PlainRequest; more: number }) => {
        spin(more);
        return connection.send(request);
      };
      const classes = {
        random: requests.map((request) => ({ request, more: 0 })),
        alike: requests.map((request) => ({ request, more: 0 })),
        slower: requests.map((request) => ({ request, more: PLANTED_MICROSECONDS })),
      };

      const times = await measure(probe, classes, SAMPLES, randomOrder());

      connection.close();
      expect(separations(`planted: ${method} ${target.path} on ${kind}`, times, COMPARISONS)).toEqual(['slower']);
    });
  });
});

/** Every route with an id, apart from those that make what they are asked for. */
async function targetsOf(service: RunningService): Promise<Target[]> {
  const operations = documentedOperations(await serviceDocument());
  const ids = await idsOf(service);
  return routesOf(service.app).flatMap(({ method, path, access }) => {
    if (!PARAMETER.test(path)) return [];
    const kind = objectKindOf(path);
    if (kind.createdBy === method) return [];
    const operation = operations.find((one) => one.method === method && one.path === path);
    const body: unknown = operation?.body();
    const isOperators =
      access?.kind === 'permission' && permissionsOf(access).every((name) => name.startsWith('workspaces:'));
    return [
      {
        method,
        path,
        ids: ids.get(kind)!,
        body: body === undefined ? undefined : JSON.stringify(body),
        status: isOperators ? 403 : 404,
      },
    ];
  });
}

/** Made one of each kind after another, each foreign one next to a random one: they come from the same range. */
async function idsOf(service: RunningService): Promise<Map<unknown, Ids>> {
  const foreign = await createWorkspace(service);
  const kinds = Object.values(OBJECT_KINDS);
  const ids = new Map<unknown, Ids>(kinds.map((kind) => [kind, { random: [], foreign: [] }]));
  for (let at = 0; at < IDS_EACH; at += 1) {
    for (const kind of kinds) {
      ids.get(kind)!.random.push(kind.unknown());
      ids.get(kind)!.foreign.push(await kind.create(foreign));
    }
  }
  return ids;
}
