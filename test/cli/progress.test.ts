import { describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { Progress } from '../../server/src/cli/progress.js';

const output = (isTTY: boolean) => Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY });

describe('Progress', () => {
  const shown = (stdoutIsTTY: boolean, stderrIsTTY: boolean, toFile: boolean): string | null => {
    const stderr = output(stderrIsTTY);
    const progress = Progress.on({ stdout: output(stdoutIsTTY), stderr, variables: {} }, toFile);
    for (let count = 0; count < 1001; count += 1) progress.advance();
    progress.finish();
    return stderr.read() as string | null;
  };

  it('counts on stderr for somebody who watches', () => {
    expect(shown(false, true, false)).toBe('\r500 records\r1000 records\r1001 records\n');
    expect(shown(true, true, true)).toBe('\r500 records\r1000 records\r1001 records\n');
  });

  it('is silent when nobody watches, or the records themselves are on the screen', () => {
    expect(shown(false, false, true)).toBeNull();
    expect(shown(true, true, false)).toBeNull();
  });
});
