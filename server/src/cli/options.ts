import { Option, type Command } from 'commander';
import { RequestInvalidError } from 'latchkey/internal/input/errors';

export interface JsonOption {
  json?: true;
}

export const jsonOption = (): Option => new Option('--json', 'print JSON, for scripts');

export const yesOption = (): Option => new Option('--yes', 'do not ask, on a terminal, whether it shall be destroyed');

/** In which workspace a command acts. */
export class WorkspaceOption extends Option {
  /** @param isNeeded whether the command asks for one if it is named neither here nor by LATCHKEY_WORKSPACE */
  constructor(readonly isNeeded = true) {
    super('--workspace <workspace>', 'by id, externalId or name (default: LATCHKEY_WORKSPACE)');
  }
}

/**
 * Takes LATCHKEY_WORKSPACE where a command is not told its workspace.
 *
 * @throws {RequestInvalidError} if it needs one, and neither names it.
 */
export function settleWorkspace(command: Command, variables: NodeJS.ProcessEnv): void {
  const option = command.options.find((each) => each instanceof WorkspaceOption);
  if (!option || command.getOptionValue('workspace')) return;
  const workspace = variables['LATCHKEY_WORKSPACE'] || undefined;
  if (workspace === undefined && option.isNeeded) {
    const message = 'Name the workspace: give --workspace, or set LATCHKEY_WORKSPACE.';
    throw new RequestInvalidError([{ field: 'workspace', message }]);
  }
  command.setOptionValue('workspace', workspace);
}

/** An option's text as the number it shows, or as it is: then the field's own rule refuses it. */
export function asNumber(text: string): number | string {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

/** For an option that may be given more than once. */
export function collect(text: string, earlier: string[] = []): string[] {
  return [...earlier, text];
}
