import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';

/**
 * Runs ahead of what Nest calls on an instance made for the request. That may have put a function of its own in the place
 * of a method, without the declaration and the guards of that.
 */
@Injectable()
export class RequestInstanceGuard implements CanActivate {
  /** @param methods of each class whose methods declare access: those that were looked at, with all that they declare */
  constructor(private readonly methods: ReadonlyMap<object, ReadonlySet<object>>) {}

  /** @throws {Error} if the class declares access, and this is none of its methods. */
  canActivate(context: ExecutionContext): true {
    const type = context.getClass();
    const handler = context.getHandler();
    const known = this.methods.get(type);
    if (!known || known.has(handler)) return true;
    throw new Error(
      `${type.name} puts a function (${handler.name}) in the place of a method when an instance is made, and the access ` +
        'that the method declares would be lost. Do without bind and the like in the constructor.',
    );
  }
}
