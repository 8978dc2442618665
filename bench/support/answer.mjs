/** Lets the benchmark's main process ask this one: each method takes one argument and may be asynchronous. */
export function answer(methods) {
  process.on('message', ({ number, method, argument }) => {
    Promise.resolve()
      .then(() => methods[method](argument))
      .then(
        (result) => process.send({ number, result }),
        (error) => process.send({ number, error: error.stack ?? String(error) }),
      );
  });
  // Nobody will ask any more, also when whoever asked was killed.
  process.on('disconnect', () => process.exit());
}
