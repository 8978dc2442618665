import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { mutantsOf, withSwitches } from './mutants.js';
import { SURVIVORS } from './survivors.js';

describe('mutantsOf', () => {
  it.each([
    ['if (a) b = c;', ['if (!(a)) b = c;', 'if (a) {}']],
    ['const d = a < b && c;', ['const d = a <= b && c;', 'const d = a < b || c;']],
    ['const d = a ? true : b;', ['const d = !(a) ? true : b;', 'const d = a ? false : b;']],
    ['function f() { throw a; }', ['function f() { {} }']],
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

describe('withSwitches', () => {
  const text = `
    const seen = [];
    if (a < b && b < c) seen.push('in order');
    else if (a === b) { seen.push(true); }
    for (let at = 0; at < c; at += 1) seen.push(at - a ? a + b : \`\${b > c}\`);
    if (!(a <= c || b >= c)) throw new Error('out of order');
    return JSON.stringify(seen);`;
  const inputs = [0, 1, 2].flatMap((a) => [0, 1, 2].flatMap((b) => [0, 1, 2].map((c) => [a, b, c])));
  const outcomesOf = (body: string, active?: number): string[] => {
    const isBroken = (name: string, index: number): boolean => name === 'order.ts' && index === active;
    return inputs.map(([a, b, c]) => {
      try {
        return String(runInNewContext(`(() => {${body}})()`, { isBroken, a, b, c }));
      } catch (error) {
        return String(error);
      }
    });
  };

  it('is the text as it was, while no switch is on', () => {
    expect(outcomesOf(withSwitches(text, 'order.ts'))).toEqual(outcomesOf(text));
  });

  it.each(mutantsOf(text).map((mutant, index) => [mutant.line, mutant.change, index, mutant.text] as const))(
    'is broken alike by its switch: line %d, %s',
    (_line, _change, index, broken) => {
      expect(outcomesOf(withSwitches(text, 'order.ts'), index)).toEqual(outcomesOf(broken));
      expect(outcomesOf(broken)).not.toEqual(outcomesOf(text));
    },
  );
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
    },
  );
});
