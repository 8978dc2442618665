import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const MOST_OUTPUT = 64 * 1024 * 1024;

export interface RunOptions {
  folder: string;
  timeoutMs: number;
  environment?: Record<string, string>;
}

/** Runs a program to its end. @throws {Error} with all that it said, if it fails or does not end in time. */
export async function run(
  program: string,
  parameters: readonly string[],
  { folder, timeoutMs, environment = {} }: RunOptions,
): Promise<string> {
  try {
    const { stdout, stderr } = await execute(program, parameters, {
      cwd: folder,
      env: { ...cleanEnvironment(), ...environment },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: MOST_OUTPUT,
    });
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '', killed } = error as { stdout?: string; stderr?: string; killed?: boolean };
    const how = killed ? `did not end within ${timeoutMs} ms` : 'failed';
    throw new Error(`${program} ${parameters.join(' ')} ${how}:\n${stdout}${stderr}`, { cause: error });
  }
}

/** The environment without what npm and Jest say in it about this project and this run. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const theirs = /^(npm_(?!config_)|npm_config_(local|global)_prefix$|JEST_|NODE_ENV$|NODE_OPTIONS$|INIT_CWD$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !theirs.test(name)));
}
