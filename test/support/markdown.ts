import { readFile } from 'node:fs/promises';

/** The rows of the table whose first heading is this, without the headings; each cell without the backticks around it. */
export async function tableOf(file: string, heading: string): Promise<string[][]> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  const start = lines.findIndex((line) => cellsOf(line)[0] === heading);
  if (start < 0) throw new Error(`${file} has no table that begins with ${heading}.`);
  const rest = lines.slice(start + 2);
  return rest
    .slice(
      0,
      rest.findIndex((line) => !line.startsWith('|')),
    )
    .map(cellsOf);
}

function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1'));
}
