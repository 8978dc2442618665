import 'reflect-metadata';

/** What the compiler makes of decorators on a class, for scripts that are not compiled. */
export function decorated(decorators, target) {
  return Reflect.decorate(decorators, target) ?? target;
}

/**
 * What the compiler makes of decorators on a method and its parameters.
 *
 * @param parameters for each parameter its decorator
 */
export function decorateMethod(decorators, target, name, parameters = []) {
  parameters.forEach((decorate, at) => decorate(target.prototype, name, at));
  const descriptor = Object.getOwnPropertyDescriptor(target.prototype, name);
  Reflect.decorate(decorators, target.prototype, name, descriptor);
}
