import { describe, expect, it } from '@jest/globals';
import { mutantsOf } from './mutants.js';

describe('mutantsOf', () => {
  it.each([
    ['if (a) b = c;', ['if (!(a)) b = c;', 'if (a) ;']],
    ['const d = a < b && c;', ['const d = a <= b && c;', 'const d = a < b || c;']],
    ['const d = a ? true : b;', ['const d = !(a) ? true : b;', 'const d = a ? false : b;']],
    ['function f() { throw a; }', ['function f() { ; }']],
    ["const a = 'x' + b;", []],
    ['class A extends B { constructor() { super(c); } }', []],
    ['interface A { b: true }', []],
    ['let a: true | false;', []],
  ])('of %s', (text, mutants) => {
    expect(
      mutantsOf(text)
        .map((mutant) => mutant.text)
        .sort(),
    ).toEqual([...mutants].sort());
  });

  it('tells the line and the change', () => {
    expect(mutantsOf('\n\nreturn a <= b;')).toEqual([{ line: 3, change: '< for <=', text: '\n\nreturn a < b;' }]);
  });
});
