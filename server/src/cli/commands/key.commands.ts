import type { Command } from 'commander';
import type { CreateKeyOptions, DeleteKeyOptions, ListKeysOptions } from '../actions/key.actions.js';
import type { KeyUsageOptions } from '../actions/key-usage.action.js';
import { WorkspaceOption, asNumber, collect, jsonOption, yesOption } from '../options.js';
import type { Terminal } from '../terminal.js';

const actions = () => import('../actions/key.actions.js');

export function addKeyCommands(program: Command, terminal: Terminal): void {
  const key = program.command('key').description('the API keys of a workspace');
  key
    .command('create')
    .description('create a key, and print its secret this one time')
    .addOption(new WorkspaceOption())
    .requiredOption('--name <text>', 'a name, unique in the workspace')
    .option('--permission <name>', 'what the key may do; give the option again for more', collect)
    .option('--role <name>', 'a role, by name or id, next to permissions or instead; again for more', collect)
    .option('--description <text>', 'what the key is for')
    .option('--expires-in-seconds <number>', 'the expiry, counted from now; never unless given', asNumber)
    .addOption(jsonOption())
    .action(async (options: CreateKeyOptions, command: Command) => {
      if (!options.permission && !options.role) command.error('error: --permission or --role must be given');
      await (await actions()).createKey(terminal, options);
    });
  key
    .command('list')
    .description('list keys, newest first; secrets stay masked')
    .addOption(new WorkspaceOption())
    .option('--search <text>', 'words that begin words of the name, in any case')
    .option('--status <status>', 'only keys that are active, disabled, expired or orphaned')
    .option('--page <number>', 'which page, from 1', asNumber)
    .option('--limit <number>', 'how many a page, 50 unless given', asNumber)
    .addOption(jsonOption())
    .action(async (options: ListKeysOptions) => (await actions()).listKeys(terminal, options));
  key
    .command('usage')
    .argument('<id>', 'the id of the key')
    .description('show who uses a key, how often, and for what')
    .addOption(new WorkspaceOption())
    .option('--from <date>', 'since when; the last 90 days unless given')
    .option('--to <date>', 'until when; now unless given')
    .addOption(jsonOption())
    .action(async (id: string, options: KeyUsageOptions) =>
      (await import('../actions/key-usage.action.js')).showKeyUsage(terminal, id, options),
    );
  key
    .command('delete')
    .argument('<id>', 'the id of the key')
    .description('delete a key, for good: no instance accepts it any more')
    .addOption(new WorkspaceOption())
    .option('--reason <text>', 'why; goes into the audit record')
    .option('--if-unused-since-report <tag>', 'only if it was not used since: the tag that `key usage` shows')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (id: string, options: DeleteKeyOptions) => (await actions()).deleteKey(terminal, id, options));
}
