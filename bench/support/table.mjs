const DIGITS = 3;

/** A Markdown table. Numbers stand at the right, rounded to three digits; undefined is a dash. */
export function table(rows) {
  const columns = Object.keys(rows[0]);
  const cells = rows.map((row) => columns.map((column) => show(row[column])));
  const isNumber = columns.map((column) => rows.every((row) => typeof row[column] !== 'string'));
  const widths = columns.map((column, at) => Math.max(column.length, 3, ...cells.map((line) => line[at].length)));
  const line = (texts) =>
    `| ${texts.map((text, at) => (isNumber[at] ? text.padStart(widths[at]) : text.padEnd(widths[at]))).join(' | ')} |`;
  const rule = widths.map((width, at) => (isNumber[at] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(columns), line(rule), ...cells.map(line)].join('\n');
}

function show(value) {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (typeof value !== 'number') return String(value);
  if (value === 0) return '0';
  const decimals = Math.max(0, DIGITS - 1 - Math.floor(Math.log10(Math.abs(value))));
  const factor = 10 ** (DIGITS - 1 - Math.floor(Math.log10(Math.abs(value))));
  const rounded = Math.round(value * factor) / factor;
  return rounded.toLocaleString('en-US', { maximumFractionDigits: Math.min(decimals, 6) });
}
