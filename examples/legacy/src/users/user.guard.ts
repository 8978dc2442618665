import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { isLatchkeyRoute } from 'latchkey';
import { OPEN } from './open.decorator';
import type { User } from './user.entity';
import { UsersService } from './users.service';

export type UserRequest = Request & { user?: User };

/** The guard of the whole application: users only. Latchkey's routes have guards of their own. */
@Injectable()
export class UserGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly users: UsersService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (isLatchkeyRoute(context)) return true;
    if (this.reflector.getAllAndOverride<boolean>(OPEN, [context.getHandler(), context.getClass()])) return true;
    const request = context.switchToHttp().getRequest<UserRequest>();
    const user = await this.users.ofRequest(request);
    if (!user) throw new UnauthorizedException();
    request.user = user;
    return true;
  }
}
