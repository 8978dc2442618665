import { describe, expect, it } from '@jest/globals';
import { withoutStack } from '../../src/kernel/without-stack.js';

describe('withoutStack', () => {
  it('makes an error with no stack, and leaves those of others as they are', () => {
    const quick = withoutStack(() => new TypeError('quick'));
    const fails = () =>
      withoutStack(() => {
        throw new Error('broken');
      });

    expect(quick.stack).toBe('TypeError: quick');
    expect(fails).toThrow('broken');
    expect(new Error('other').stack).toMatch(/without-stack\.test/);
  });
});
