const last = [];

/** Has something done at the end of the run, also of one that fails or is interrupted. The latest first. */
export function atTheEnd(task) {
  last.push(task);
}

export async function cleanUp() {
  while (last.length > 0)
    await last
      .pop()()
      .catch((error) => console.error(error));
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void cleanUp().then(() => process.exit(1)));
