/**
 * Makes an error without a stack, which would take longer than the rest of a refusal: for errors that anybody can ask for,
 * thousands of times a second.
 */
export function withoutStack<Made extends Error>(make: () => Made): Made {
  const { stackTraceLimit } = Error;
  // An application may have frozen it: then the error has a stack.
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return make();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}
