import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';

const FOLDER = resolve('src/api-keys');
const BODY = 'dto/update-api-key.dto.ts';
const ROW = 'api-key.entity.ts';
const TABLE = 'key-settings.ts';
const ANSWER = 'dto/api-key.dto.ts';
const CHECKED = [TABLE, ANSWER, 'api-keys.service.ts'];

/** A new setting, in each of the places that it needs: before what it is put. */
const ADDED = {
  [BODY]: [['enabled?: boolean;', 'colour?: string;']],
  [ROW]: [['enabled!: boolean;', 'colour!: string;']],
  [TABLE]: [["enabled: { field: 'enabled'", "colour: { field: 'colour', about: 'key', initial: 'red' },"]],
  [ANSWER]: [
    ['enabled!: boolean;', 'colour!: string;'],
    ['enabled: true,', "colour: 'red',"],
  ],
} as const;

type File = keyof typeof ADDED;

describe('A setting of a key', () => {
  const compile = compiler();

  it('that stands in the body, the row, the table and the answer is one', () => {
    expect(compile([BODY, ROW, TABLE, ANSWER])).toEqual([]);
  });

  it.each<[string, File[], File]>([
    ['in the body alone', [BODY], TABLE],
    ['in the row alone', [ROW], TABLE],
    ['everywhere but in the body', [ROW, TABLE, ANSWER], TABLE],
    ['everywhere but in the row', [BODY, TABLE, ANSWER], TABLE],
    ['everywhere but in the table', [BODY, ROW, ANSWER], TABLE],
    ['everywhere but in the answer', [BODY, ROW, TABLE], ANSWER],
  ])('that stands %s does not compile', (_, files, complaining) => {
    expect(compile(files)).toContain(complaining);
  });
});

/** @returns what compiles the keys with the setting added in some files, and names those files that have errors then */
function compiler(): (files: readonly File[]) => string[] {
  const { config } = ts.readConfigFile(resolve('tsconfig.json'), (path) => ts.sys.readFile(path)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, resolve('.'));
  const host = ts.createCompilerHost(options);
  const parsed = new Map<string, ts.SourceFile | undefined>();
  const parse = host.getSourceFile.bind(host);
  return (files) => {
    const added = new Map(files.map((file) => [resolve(FOLDER, file), textWith(file)]));
    host.getSourceFile = (path, ...rest) => {
      const text = added.get(path);
      const [language] = rest;
      if (text !== undefined) return ts.createSourceFile(path, text, language);
      if (!parsed.has(path)) parsed.set(path, parse(path, language));
      return parsed.get(path);
    };
    const program = ts.createProgram(
      CHECKED.map((file) => resolve(FOLDER, file)),
      options,
      host,
    );
    return CHECKED.filter((file) => {
      const source = program.getSourceFile(resolve(FOLDER, file));
      return source && program.getSemanticDiagnostics(source).length > 0;
    });
  };
}

function textWith(file: File): string {
  const text = readFileSync(resolve(FOLDER, file), 'utf8');
  return ADDED[file].reduce((changed, [line, added]) => {
    if (!changed.includes(line)) throw new Error(`${file} has no ${line}`);
    return changed.replace(line, `${added}\n${line}`);
  }, text);
}
