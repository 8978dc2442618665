import { Controller, Delete, Patch, Put, VERSION_NEUTRAL, type Type } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { UncheckedInput } from '../http/route-input.js';
import { IdRequiredError } from '../http/errors.js';
import { LatchkeyRoutes } from './latchkey-routes.decorator.js';

const METHODS = { put: Put, patch: Patch, delete: Delete };

/**
 * A controller for commands on one thing that name none, such as `DELETE /apikey`: refused with 412, and on the trail,
 * instead of an unknown route. No OpenAPI document has it.
 *
 * @param resource what the message calls the thing
 * @param access who may send the command to one that it names
 */
export function withoutId(
  path: string,
  resource: string,
  access: Partial<Record<keyof typeof METHODS, MethodDecorator>>,
): Type {
  @ApiExcludeController()
  @Controller({ path, version: VERSION_NEUTRAL })
  @LatchkeyRoutes()
  @UncheckedInput()
  class WithoutId {}

  for (const [name, mayEnter] of Object.entries(access)) {
    const value = (): never => {
      throw new IdRequiredError(resource);
    };
    const descriptor = { value, configurable: true, writable: true };
    Object.defineProperty(WithoutId.prototype, name, descriptor);
    METHODS[name as keyof typeof METHODS]()(WithoutId.prototype, name, descriptor);
    mayEnter(WithoutId.prototype, name, descriptor);
  }
  return WithoutId;
}
