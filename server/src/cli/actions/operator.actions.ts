import { type CreatedOperator, OperatorsService } from 'latchkey';
import { DELETED } from 'latchkey/internal/http/documentation/delete-result.dto';
import { readEnvironment } from '../../config/environment.js';
import { confirm, type ConfirmationOption } from '../confirmation.js';
import type { JsonOption } from '../options.js';
import { print, table, visible } from '../output.js';
import { Session } from '../session.js';
import type { Terminal } from '../terminal.js';

export interface CreateOperatorOptions extends JsonOption {
  name: string;
}

export type DestroyOptions = JsonOption & ConfirmationOption;

export async function createOperator(terminal: Terminal, { json, name }: CreateOperatorOptions): Promise<void> {
  const created = await Session.run(readEnvironment(terminal.variables), (session) =>
    session.get(OperatorsService).create(session.actor, { name }),
  );
  printOnce(terminal, json, created, `Created operator ${name}.`);
}

export async function listOperators(terminal: Terminal, { json }: JsonOption): Promise<void> {
  const operators = await Session.run(readEnvironment(terminal.variables), (session) =>
    session.get(OperatorsService).list(),
  );
  if (json) {
    print(terminal, { total: operators.length, data: operators });
    return;
  }
  const rows = operators.map(({ id, name, createdDate, rotatedDate }) => [
    id,
    name,
    createdDate,
    rotatedDate ?? 'never',
  ]);
  print(terminal, rows.length === 0 ? 'There are no operators.' : table(['ID', 'NAME', 'CREATED', 'ROTATED'], rows));
}

export async function rotateOperator(
  terminal: Terminal,
  operator: string,
  { json, yes }: DestroyOptions,
): Promise<void> {
  const rotated = await Session.run(readEnvironment(terminal.variables), async (session) => {
    await confirm(terminal, { yes }, () =>
      Promise.resolve(`This ends the key that operator ${visible(operator)} has.`),
    );
    return session.get(OperatorsService).rotate(session.actor, operator);
  });
  printOnce(terminal, json, rotated, `Operator ${rotated.operator.name} has a new key; the former one is refused.`);
}

export async function deleteOperator(
  terminal: Terminal,
  operator: string,
  { json, yes }: DestroyOptions,
): Promise<void> {
  await Session.run(readEnvironment(terminal.variables), async (session) => {
    await confirm(terminal, { yes }, () => Promise.resolve(`This deletes operator ${visible(operator)}.`));
    await session.get(OperatorsService).delete(session.actor, operator);
  });
  print(terminal, json ? DELETED : `Deleted operator ${operator}. Its key is refused from now on.`);
}

function printOnce(
  terminal: Terminal,
  json: true | undefined,
  { operator, secret }: CreatedOperator,
  what: string,
): void {
  print(terminal, json ? { ...operator, key: secret } : `${what} The key is shown this once:\n\n${secret}\n`);
}
