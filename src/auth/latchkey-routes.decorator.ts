import { applyDecorators, UseFilters, UseGuards, UseInterceptors, UsePipes } from '@nestjs/common';
import { RouteErrorFilter } from '../common/error.filter.js';
import { RequestPipe } from '../common/request.pipe.js';
import { AuthenticationGuard } from './authentication.guard.js';
import { FailedCommandInterceptor } from './failed-command.interceptor.js';
import { PermissionGuard } from './permission.guard.js';

/** Binds a controller of ours to authentication, permissions, validation, the trail and the one error body. */
export function LatchkeyRoutes(): ClassDecorator {
  return applyDecorators(
    UseGuards(AuthenticationGuard, PermissionGuard),
    UseInterceptors(FailedCommandInterceptor),
    UsePipes(RequestPipe),
    UseFilters(RouteErrorFilter),
  );
}
