import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/support/postgres-server.mjs';
import { Contender } from './contender.mjs';

const TELL_CPU = fileURLToPath(new URL('./tell-cpu.mjs', import.meta.url));

/** Starts a server that listens on the `PORT` of its environment, and waits for its first answer, whatever that is. */
export async function startServer(name, script, base, { env, cwd }) {
  const port = await freePort();
  const flags = ['--import', TELL_CPU];
  const contender = Contender.start(name, script, base, { env: { ...env, PORT: String(port) }, flags, cwd });
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(url).catch(() => undefined))) await contender.ask('cpu');
  return { name, contender, url };
}
