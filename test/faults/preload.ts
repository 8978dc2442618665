import { execFile } from 'node:child_process';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Compiles what is to be loaded into a process by `LD_PRELOAD`, and comes between it and the system.
 *
 * @param source a C file
 * @param folder where the result is put
 * @returns its path
 * @throws {Error} if there is no C compiler, or this is no Linux: then the fault cannot be made, and nothing is shown.
 */
export async function compilePreload(source: string, folder: string): Promise<string> {
  if (process.platform !== 'linux') throw new Error(`${source} is loaded by LD_PRELOAD, and needs Linux.`);
  const compiler = process.env['CC'] ?? 'cc';
  const output = join(folder, `${basename(source, '.c')}.so`);
  try {
    await run(compiler, ['-shared', '-fPIC', '-O2', '-Wall', '-o', output, source, '-ldl', '-lpthread']);
  } catch (error) {
    throw new Error(
      `${source} needs a C compiler, and ${compiler} did not work. Install one (Debian: apt install gcc libc6-dev) or name ` +
        'it in CC.',
      { cause: error },
    );
  }
  return output;
}
