import type { Command } from 'commander';
import { asNumber, jsonOption, yesOption } from '../options.js';
import type { Terminal } from '../terminal.js';
import type {
  CreateWorkspaceOptions,
  DeleteOptions,
  ListWorkspacesOptions,
  RenameWorkspaceOptions,
} from '../actions/workspace.actions.js';

const actions = () => import('../actions/workspace.actions.js');

export function addWorkspaceCommands(program: Command, terminal: Terminal): void {
  const workspace = program.command('workspace').description('the tenants that keys and records belong to');
  workspace
    .command('create')
    .description('create a workspace')
    .requiredOption('--name <text>', 'a name, for people')
    .option('--external-id <id>', 'your own id of the tenant, unique')
    .addOption(jsonOption())
    .action(async (options: CreateWorkspaceOptions) => (await actions()).createWorkspace(terminal, options));
  workspace
    .command('list')
    .description('list all workspaces, by name')
    .option('--page <number>', 'which page, from 1', asNumber)
    .option('--limit <number>', 'how many a page, 50 unless given', asNumber)
    .addOption(jsonOption())
    .action(async (options: ListWorkspacesOptions) => (await actions()).listWorkspaces(terminal, options));
  workspace
    .command('rename')
    .argument('<workspace>', 'its id, externalId or name')
    .description('rename a workspace')
    .requiredOption('--name <text>', 'a name, for people')
    .addOption(jsonOption())
    .action(async (id: string, options: RenameWorkspaceOptions) =>
      (await actions()).renameWorkspace(terminal, id, options),
    );
  workspace
    .command('delete')
    .argument('<workspace>', 'its id, externalId or name')
    .description('delete a workspace with its keys, roles, members and application permissions, for good')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (id: string, options: DeleteOptions) => (await actions()).deleteWorkspace(terminal, id, options));
}
