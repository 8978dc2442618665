import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiResponse, ApiSecurity } from '@nestjs/swagger';
import { ACCESS, accessBy, type Access, type AccessOptions } from './access.js';
import { PermissionDeniedError } from './errors.js';

type AccessDecorator = MethodDecorator & ClassDecorator;

/** Opens routes of a host to callers who hold all of the permissions. */
export function requirePermissions(permissions: readonly string[], options: AccessOptions = {}): AccessDecorator {
  return opened(accessBy(permissions, 'all', options), new PermissionDeniedError(permissions, 'all').message);
}

/** Opens routes of a host to callers who hold at least one of the permissions. */
export function requireAnyPermission(permissions: readonly string[], options: AccessOptions = {}): AccessDecorator {
  return opened(accessBy(permissions, 'any', options), new PermissionDeniedError(permissions, 'any').message);
}

/** Opens a route, or the routes of a controller, to every authenticated caller, also one who acts in no workspace. */
export function AnyCaller(): AccessDecorator {
  return opened({ kind: 'caller' }, 'The caller may not do this.');
}

// How the answers look is the host's matter.
function opened(access: Access, denial: string): AccessDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, access),
    ApiSecurity('bearer'),
    ApiSecurity('apiKey'),
    ApiResponse({ status: 401, description: 'There is no acceptable API key.' }),
    ApiResponse({ status: 403, description: denial }),
    ApiResponse({
      status: 429,
      description: 'The rate limit of the API key is used up, or too many keys are being looked up.',
    }),
  );
}
