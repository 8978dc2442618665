import { applyDecorators, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { RouteErrorFilter } from '../common/error.filter.js';
import { LargeAnswerInterceptor } from '../common/large-answer.interceptor.js';
import { OfLatchkey } from './attempted-command.js';
import { AuthenticationGuard } from './authentication.guard.js';
import { FailedCommandInterceptor } from './failed-command.interceptor.js';
import { MarkedForFastify } from './fastify-parsers.js';
import { InputGuard } from './input.guard.js';
import { JsonGuard } from './json.guard.js';
import { PermissionGuard } from './permission.guard.js';
import { OwnInput } from './route-input.js';

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
