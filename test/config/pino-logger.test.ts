import { beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { ensureBuilt } from '../support/build.js';

const OPERATOR_KEY = 'correct horse battery staple, twice over';

/** What a logger writes, on stdout and stderr, when a program runs this code with it. */
function written(code: string, options: object, stream: 1 | 2 = 1): { stdout: string; stderr: string } {
  const module = JSON.stringify(resolve('server/dist/config/pino-logger.js'));
  const program = `
    import { PinoLogger } from ${module};
    const logger = new PinoLogger(${JSON.stringify({ logLevel: 'info', logFormat: 'json', operatorKey: OPERATOR_KEY, ...options })}, ${stream});
    ${code}`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
}

describe('PinoLogger', () => {
  beforeAll(() => ensureBuilt());

  it.each(['json', 'pretty'])('masks keys and the operator key in every part of a line (%s)', (logFormat) => {
    const key = generateKey('lk');
    const parts = JSON.stringify([key, OPERATOR_KEY]);

    const { stdout } = written(
      `for (const secret of ${parts}) {
        logger.log('Text ' + secret, 'Context');
        logger.log({ message: secret, field: { [secret]: secret } }, 'Context');
        logger.error(new Error(secret), 'Context');
        logger.error('Failed', 'Stack ' + secret, secret);
      }`,
      { logFormat },
    );

    expect(stdout.match(/Text/g)).toHaveLength(2);
    expect(stdout).not.toContain(key);
    expect(stdout).not.toContain(OPERATOR_KEY);
  });

  it('tells how Nest assembles the application only to who debugs', () => {
    const lines = `
      logger.log('Mapped {/x, GET} route', 'RouterExplorer');
      logger.error('With a stack', 'Error: …', 'ExceptionHandler');
      logger.warn('Worth reading', 'Elsewhere');`;

    expect(written(lines, {}).stdout).toMatch(/^\{.*"msg":"Worth reading"\}\n$/);
    expect(written(lines, { logLevel: 'debug' }).stdout.match(/"msg"/g)).toHaveLength(3);
  });

  it.each(['json', 'pretty'])('writes to stderr where stdout is for answers (%s)', (logFormat) => {
    const { stdout, stderr } = written("logger.warn('Careful', 'Context');", { logFormat }, 2);

    expect(stdout).toBe('');
    expect(stderr).toContain('Careful');
  });
});
