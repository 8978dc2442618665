import type { Total } from 'latchkey/internal/input/paging';
import type { Terminal } from './terminal.js';

/** Prints text for people, or any other value as one JSON document. */
export function print({ stdout }: Terminal, value: unknown): void {
  stdout.write(typeof value === 'string' ? `${value}\n` : `${JSON.stringify(value, null, 2)}\n`);
}

/** Rows under their headings, in aligned columns. */
export function table(headings: string[], rows: string[][]): string {
  const lines = [headings, ...rows.map((row) => row.map(visible))];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Says how to see the rest of a list, if there is more. */
export function moreOf({ total, totalRelation }: Total, shown: number, page = 1): string {
  return total > shown
    ? `\n${shown} of ${total}${totalRelation ? ' or more' : ''}; the next with --page ${page + 1}.`
    : '';
}

/** Text that somebody else chose, with what would steer the terminal made visible. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
