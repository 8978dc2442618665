import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { credentialOf } from '../authentication/credential.js';
import { setCallingKey } from '../identity/request-principal.js';
import { isAddress } from '../kernel/network/address.js';
import { TooManyLookUpsError } from '../identity/errors.js';
import { toVerificationJson } from '../verification/dto/verification.dto.js';
import { KeyVerifier, type VerificationResult } from '../verification/key-verifier.js';
import { HIGHEST_COST, MOST_PERMISSIONS, type VerificationRequest } from '../verification/verification-request.js';

const ROUTE = '/api/v1/verify';
const FIELDS: ReadonlySet<string> = new Set(['apiKey', 'permissions', 'ip', 'cost']);
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
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRoute', (route) => {
      if (route.url !== ROUTE || route.method !== 'POST') return;
      const { handler } = route;
      route.handler = function (this, request, reply) {
        const answer = answerTo(request, verifier);
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
): VerificationResult | Promise<VerificationResult> | undefined {
  const { body, headers, url } = request;
  if (url !== ROUTE || !isPlain(body) || headers['x-workspace-id'] !== undefined) return undefined;
  const credential = credentialOf(request);
  if (credential.kind !== 'key') return undefined;
  const caller = verifier.authenticateFromMemory(credential.key, request);
  if (!caller || caller.rateLimit || !caller.permissions.has('apikeys:verify')) return undefined;
  setCallingKey(request, caller);
  const { apiKey, permissions, ip, cost } = body;
  return verifier.verify(apiKey, { permissions, ip, cost, workspaceId: caller.workspaceId });
}

function send(reply: FastifyReply, result: VerificationResult): FastifyReply {
  return reply.header('content-type', 'application/json; charset=utf-8').send(toVerificationJson(result));
}

/** Whether the body is certainly what the controller would accept. */
function isPlain(body: unknown): body is VerificationRequest & { apiKey: string } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  for (const name in body) if (!FIELDS.has(name)) return false;
  const { apiKey, permissions, ip, cost } = body as Record<string, unknown>;
  return (
    typeof apiKey === 'string' &&
    PLAIN_TEXT.test(apiKey) &&
    (permissions === undefined || arePlain(permissions)) &&
    (ip === undefined || isAddress(ip)) &&
    (cost === undefined || (Number.isInteger(cost) && (cost as number) >= 1 && (cost as number) <= HIGHEST_COST))
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
