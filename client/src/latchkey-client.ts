import createClient from 'openapi-fetch';
import type { LatchkeyClient } from './latchkey-client.types.js';
import type { paths } from './schema.js';

export interface LatchkeyClientOptions {
  /** Where the routes are, with the prefix they have there: `http://127.0.0.1:3000/api/v1` of the service. */
  baseUrl: string;
  /** An API key, the operator's key, or a person's token. It is sent in the header `Authorization`, and is nowhere else. */
  apiKey: string;
  /** The workspace to act in, for the operator and for people of several. An API key acts in its own. */
  workspaceId?: string;
  /** What calls, in a word or two. */
  application?: string;
  /** Sends the requests. @default globalThis.fetch */
  fetch?: (request: Request) => Promise<Response>;
}

/**
 * A client for the REST API of Latchkey, wherever there is `fetch`. It has no state but these options: make one for each
 * key, and use it as often and at the same time as you like.
 *
 * @throws {TypeError} if the key cannot be sent: it has a space, a line break or a character beyond ASCII.
 */
export function createLatchkeyClient(options: LatchkeyClientOptions): LatchkeyClient {
  const { baseUrl, apiKey, workspaceId, application, fetch } = options;
  // Otherwise fetch refuses it, with the key in the message.
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new TypeError('apiKey must be visible ASCII characters without spaces.');
  return createClient<paths>({
    baseUrl,
    fetch,
    headers: { Authorization: `Bearer ${apiKey}`, 'X-Workspace-Id': workspaceId, 'X-Application': application },
  }) as LatchkeyClient;
}
