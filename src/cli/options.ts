import { Option } from 'commander';

export interface JsonOption {
  json?: true;
}

export const jsonOption = (): Option => new Option('--json', 'print JSON, for scripts');

export const yesOption = (): Option => new Option('--yes', 'do not ask, on a terminal, whether it shall be destroyed');

export const workspaceOption = (): Option =>
  new Option('--workspace <workspace>', 'by id, externalId or name (default: LATCHKEY_WORKSPACE)')
    .env('LATCHKEY_WORKSPACE')
    .makeOptionMandatory();

/** An option's text as the number it shows, or as it is: then the field's own rule refuses it. */
export function asNumber(text: string): number | string {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

/** For an option that may be given more than once. */
export function collect(text: string, earlier: string[] = []): string[] {
  return [...earlier, text];
}
