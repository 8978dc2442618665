import { beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

describe('links between the documents', () => {
  let files: string[];

  beforeAll(() => {
    const inDocs = readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((file) => join('docs', file));
    files = [...readdirSync('.'), ...inDocs].filter((file) => file.endsWith('.md'));
  });

  const linksOf = (file: string): string[] =>
    [...readFileSync(file, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);

  const isRelative = (target: string) => !/^[a-z]+:/.test(target);

  it('lead to files and headings that exist', () => {
    const links = files.flatMap((file) =>
      linksOf(file)
        .filter(isRelative)
        .map((target) => ({ file, target })),
    );
    const broken = links.filter(({ file, target }) => {
      const [path = '', anchor] = target.split('#');
      const linked = path ? join(dirname(file), path) : file;
      return !existsSync(linked) || (anchor !== undefined && !anchorsOf(linked).includes(anchor));
    });
    expect(links.length).toBeGreaterThan(20);
    expect(broken).toEqual([]);
  });

  it('lead from the README to every document, by way of the others', () => {
    const reached = new Set<string>();
    const follow = (file: string): void => {
      if (reached.has(file) || !file.endsWith('.md') || !existsSync(file)) return;
      reached.add(file);
      for (const target of linksOf(file).filter(isRelative)) follow(join(dirname(file), target.split('#')[0] ?? ''));
    };
    follow('README.md');
    expect(files.filter((file) => !reached.has(file))).toEqual([]);
  });
});

/** The anchors of a document's headings, as they are made from their text by convention. */
function anchorsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
