import { applyDecorators, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { RouteErrorFilter } from '../http/error.filter.js';
import { LargeAnswerInterceptor } from '../http/large-answer.interceptor.js';
import { OfLatchkey } from '../refused-requests/attempted-command.js';
import { AuthenticationGuard } from '../authentication/authentication.guard.js';
import { FailedCommandInterceptor } from '../refused-requests/failed-command.interceptor.js';
import { MarkedForFastify } from '../http/fastify-parsers.js';
import { InputGuard } from './input.guard.js';
import { JsonGuard } from '../http/json.guard.js';
import { PermissionGuard } from '../authorization/permission.guard.js';
import { OwnInput } from '../http/route-input.js';

/** Binds a controller of ours to authentication, permissions, checked input, the trail, the one error body and the making of large answers. */
export function LatchkeyRoutes(): ClassDecorator {
  return applyDecorators(
    OfLatchkey(),
    OwnInput(),
    MarkedForFastify(),
    UseGuards(JsonGuard, AuthenticationGuard, PermissionGuard, InputGuard),
    UseInterceptors(LargeAnswerInterceptor, FailedCommandInterceptor),
    UseFilters(RouteErrorFilter),
  );
}
