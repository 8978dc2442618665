import type { Command } from 'commander';
import type { CreateOperatorOptions, DestroyOptions } from '../actions/operator.actions.js';
import { jsonOption, type JsonOption, yesOption } from '../options.js';
import type { Terminal } from '../terminal.js';

const actions = () => import('../actions/operator.actions.js');

export function addOperatorCommands(program: Command, terminal: Terminal): void {
  const operator = program.command('operator').description('the operators, who are above all workspaces');
  operator
    .command('create')
    .description('create an operator, and print its key this one time')
    .requiredOption('--name <name>', 'a name of its own, for the trail: letters, digits and . _ @ -, in lower case')
    .addOption(jsonOption())
    .action(async (options: CreateOperatorOptions) => (await actions()).createOperator(terminal, options));
  operator
    .command('list')
    .description('list the operators, by name')
    .addOption(jsonOption())
    .action(async (options: JsonOption) => (await actions()).listOperators(terminal, options));
  operator
    .command('rotate')
    .argument('<operator>', 'the name or the id of the operator')
    .description('give an operator a new key, and print it this one time; the former one is refused at once')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (name: string, options: DestroyOptions) => (await actions()).rotateOperator(terminal, name, options));
  operator
    .command('delete')
    .argument('<operator>', 'the name or the id of the operator')
    .description('delete an operator, for good: no instance accepts its key any more')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (name: string, options: DestroyOptions) => (await actions()).deleteOperator(terminal, name, options));
}
