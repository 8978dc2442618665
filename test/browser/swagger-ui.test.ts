import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from '../support/chromium.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';

const INSTALL_TIMEOUT_MS = 10 * 60_000;
const LAUNCH_TIMEOUT_MS = 120_000;

// A browser is slow on a machine that has other things to do.
jest.setTimeout(240_000);

describe('Swagger UI on /docs, in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: await findChromium(),
      args: CHROMIUM_FLAGS,
      timeout: LAUNCH_TIMEOUT_MS,
    });
  }, INSTALL_TIMEOUT_MS);

  afterAll(() => browser.close());

  let service: RunningService;
  let workspace: WorkspaceFixture;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    service = await startService('sqlite', { LATCHKEY_DOCS: 'on' });
    workspace = await createWorkspace(service);
  });

  afterAll(() => service.stop());

  beforeEach(async () => {
    faults = [];
    page = await (await browser.newContext()).newPage();
    page.on('pageerror', (error) => void faults.push(`error: ${error.message}`));
    page.on('console', (message) => {
      // Chromium reports every answer of 400 and above as an error; the refusals here are wanted.
      const refusal = /^Failed to load resource: the server responded with a status of 40(1|4) /.test(message.text());
      if (message.type() === 'error' && !refusal) faults.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (origin !== service.url && protocol !== 'data:') faults.push(`leaves the origin: ${request.url()}`);
    });
    await page.goto(`${service.url}/docs`);
    await page.getByRole('heading', { name: 'Latchkey' }).waitFor();
  });

  afterEach(async () => {
    await page.context().close();
    expect(faults).toEqual([]);
  });

  const authorize = async (key: string) => {
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    const dialog = page.locator('.modal-ux');
    await dialog.locator('.auth-container', { hasText: 'Authorization: Bearer' }).getByRole('textbox').fill(key);
    await dialog.getByRole('button', { name: 'Apply credentials' }).first().click();
    await dialog.getByText('Authorized').first().waitFor();
    await dialog.getByRole('button', { name: 'Close' }).first().click();
  };

  const open = async (operationId: string): Promise<Locator> => {
    const operation = page.locator(`.opblock[id$="-${operationId}"]`);
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    return operation;
  };

  const execute = async (operation: Locator) => {
    const answered = page.waitForResponse((response) => response.url().startsWith(`${service.url}/api/`));
    await operation.getByRole('button', { name: 'Execute' }).click();
    const response = await answered;
    const row = operation.locator('.live-responses-table tr.response');
    await row.locator('.response-col_status', { hasText: String(response.status()) }).waitFor();
    const text = await row.locator('.highlight-code code').first().innerText();
    return { status: response.status(), body: JSON.parse(text) as unknown, request: response.request() };
  };

  it('a key deletes another: 200 {"affected":1,"raw":[]}, then 404', async () => {
    const deleter = await workspace.keyWith('apikeys:delete');
    const key = await workspace.keyWith('apikeys:view');
    await authorize(deleter.secret);
    const operation = await open('deleteApiKey');
    await operation.getByPlaceholder('id', { exact: true }).fill(key.id);

    const first = await execute(operation);
    expect(first).toMatchObject({ status: 200, body: { affected: 1, raw: [] } });
    expect(first.request.headers()).toMatchObject({ authorization: `Bearer ${deleter.secret}` });
    // What nobody filled in is not sent.
    expect(first.request.url()).toBe(`${service.url}/api/v1/apikey/${key.id}`);
    expect(first.request.headers()['if-match']).toBeUndefined();
    await key.client.get('/apikey').expect(401);

    expect(await execute(operation)).toMatchObject({ status: 404, body: { code: 'apikey.not_found' } });
  });

  it('the operator names the workspace, says why, and finds it on the trail', async () => {
    const key = await workspace.keyWith('apikeys:view');
    await authorize(service.operatorKey);
    const deletion = await open('deleteApiKey');
    await deletion.getByPlaceholder('id', { exact: true }).fill(key.id);
    await deletion.getByPlaceholder('reason').fill('Left in a repository');
    await deletion.getByPlaceholder('X-Workspace-Id').fill(workspace.id);
    expect(await execute(deletion)).toMatchObject({ status: 200, body: { affected: 1, raw: [] } });

    const trail = await open('listAuditRecords');
    await trail.getByPlaceholder('targetId').fill(key.id);
    await trail.getByPlaceholder('action').fill('apikey.deleted');
    await trail.getByPlaceholder('X-Workspace-Id').fill(workspace.id);
    expect(await execute(trail)).toMatchObject({
      status: 200,
      body: { data: [{ action: 'apikey.deleted', reason: 'Left in a repository', actor: { type: 'operator' } }] },
    });
  });

  it('the example of a new key is accepted as it stands', async () => {
    await authorize((await workspace.keyWith('*')).secret);
    expect(await execute(await open('createApiKey'))).toMatchObject({
      status: 201,
      body: { keyName: 'Billing worker' },
    });
  });

  it('a key is forgotten with the page', async () => {
    await authorize((await workspace.keyWith('*')).secret);
    await page.reload();
    expect(await execute(await open('listPermissions'))).toMatchObject({ status: 401 });
  });
});
