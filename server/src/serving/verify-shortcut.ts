import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KeyVerifier, type VerificationRequest, type VerificationResult } from 'latchkey';
import { credentialOf } from 'latchkey/internal/authentication/credential';
import { RequestCaller } from 'latchkey/internal/authentication/request-caller';
import { TooManyLookUpsError } from 'latchkey/internal/identity/errors';
import type { AcceptedKey } from 'latchkey/internal/identity/ports';
import { setCallingKey } from 'latchkey/internal/identity/request-principal';
import { SecretScanner } from 'latchkey/internal/kernel/keys/secret-scanner';
import { isAddress } from 'latchkey/internal/kernel/network/address';
import { LONGEST_APPLICATION, LONGEST_USER_AGENT } from 'latchkey/internal/usage/counting/named-client';
import { toVerificationJson } from 'latchkey/internal/verification/dto/verification.dto';
import { HIGHEST_COST, MOST_PERMISSIONS } from 'latchkey/internal/verification/verification-request';

const ROUTE = '/api/v1/verify';
const NEEDED = ['apikeys:verify'] as const;
const FIELDS: ReadonlySet<string> = new Set(['apiKey', 'permissions', 'ip', 'client', 'cost']);
const CLIENT_FIELDS: ReadonlySet<string> = new Set(['application', 'ip', 'userAgent']);
const PLAIN_AGENT = /^[\x20-\x7e]+$/;
const PLAIN_TEXT = /^[\x21-\x7e]{1,512}$/;
// Too short to hold a credential.
const PLAIN_PERMISSION = /^(?:\*|[A-Za-z][A-Za-z0-9_-]{0,14}:(?:\*|[A-Za-z][A-Za-z0-9_-]{0,14}))$/;

/**
 * Answers `POST /verify` ahead of Nest, which would cost more than the verification: where the caller is in memory, may
 * verify and has no rate limit, and the body has nothing unusual about it. Everything else, every refusal of the caller
 * or the body included, is left to the controller, so that each rule is in one place.
 */
export function addVerifyShortcut(app: NestFastifyApplication): void {
  const verifier = app.get(KeyVerifier, { strict: false });
  const secrets = app.get(SecretScanner, { strict: false });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRoute', (route) => {
      if (route.url !== ROUTE || route.method !== 'POST') return;
      const { handler } = route;
      route.handler = function (this, request, reply) {
        const answer = answerTo(request, verifier, secrets);
        if (answer === undefined) return handler.call(this, request, reply);
        if (!(answer instanceof Promise)) return send(reply, answer);
        return answer.then(
          (result) => send(reply, result),
          (error: unknown) => {
            // Asked again, it would count as another look-up.
            if (error instanceof TooManyLookUpsError) throw error;
            return handler.call(this, request, reply);
          },
        );
      };
    });
}

function answerTo(
  request: FastifyRequest,
  verifier: KeyVerifier,
  secrets: SecretScanner,
): VerificationResult | Promise<VerificationResult> | undefined {
  const { body, headers, url } = request;
  if (url !== ROUTE || !isPlain(body, secrets) || headers['x-workspace-id'] !== undefined) return undefined;
  const credential = credentialOf(request);
  if (credential.kind !== 'key') return undefined;
  const accepted = verifier.authenticateFromMemory(credential.key, new RequestCaller(request), mayVerifyAtOnce);
  if (!accepted) return undefined;
  const { key: caller, use } = accepted;
  use.grant(NEEDED);
  setCallingKey(request, caller);
  const { apiKey, permissions, ip, client, cost } = body;
  return verifier.verify(apiKey, { permissions, ip, client, cost, workspaceId: caller.workspaceId });
}

function mayVerifyAtOnce({ rateLimit, permissions }: AcceptedKey): boolean {
  return !rateLimit && permissions.has('apikeys:verify');
}

function send(reply: FastifyReply, result: VerificationResult): FastifyReply {
  return reply.header('content-type', 'application/json; charset=utf-8').send(toVerificationJson(result));
}

/** Whether the body is certainly what the controller would accept. */
function isPlain(body: unknown, secrets: SecretScanner): body is VerificationRequest & { apiKey: string } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  for (const name in body) if (!FIELDS.has(name)) return false;
  const { apiKey, permissions, ip, client, cost } = body as Record<string, unknown>;
  return (
    typeof apiKey === 'string' &&
    PLAIN_TEXT.test(apiKey) &&
    (permissions === undefined || arePlain(permissions)) &&
    (ip === undefined || isAddress(ip)) &&
    (client === undefined || isPlainClient(client, secrets)) &&
    (cost === undefined || (Number.isInteger(cost) && (cost as number) >= 1 && (cost as number) <= HIGHEST_COST))
  );
}

function isPlainClient(client: unknown, secrets: SecretScanner): boolean {
  if (typeof client !== 'object' || client === null || Array.isArray(client)) return false;
  for (const name in client) if (!CLIENT_FIELDS.has(name)) return false;
  const { application, ip, userAgent } = client as Record<string, unknown>;
  const isPlainText = (text: unknown, longest: number): boolean =>
    typeof text === 'string' && text.length <= longest && PLAIN_AGENT.test(text) && !secrets.contains(text);
  return (
    (application === undefined || isPlainText(application, LONGEST_APPLICATION)) &&
    (ip === undefined || isAddress(ip)) &&
    (userAgent === undefined || isPlainText(userAgent, LONGEST_USER_AGENT))
  );
}

function arePlain(permissions: unknown): boolean {
  return (
    Array.isArray(permissions) &&
    permissions.length <= MOST_PERMISSIONS &&
    permissions.every((each) => typeof each === 'string' && PLAIN_PERMISSION.test(each)) &&
    (permissions.length < 2 || new Set(permissions).size === permissions.length)
  );
}
