import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { mutantsOf } from './mutants.js';
import { SURVIVORS } from './survivors.js';
import { testsOf } from './tests-of.js';

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

describe('a break that no test notices', () => {
  it.each(SURVIVORS.map(({ file, line, change }) => [file, line, change]))(
    'is still one: %s, %s, %s',
    (...survivor) => {
      const [file = '', line, change] = survivor;
      const text = readFileSync(file, 'utf8');
      const lines = text.split('\n');
      const changes = mutantsOf(text).filter((mutant) => lines[mutant.line - 1]?.trim() === line);
      expect(changes.map((mutant) => mutant.change)).toContain(change);
      expect(testsOf(file)).not.toEqual([]);
    },
  );
});
