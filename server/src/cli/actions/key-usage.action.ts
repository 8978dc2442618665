import { UsageService, type ReportedClient, type UsageReport } from 'latchkey';
import { GetUsageDto } from 'latchkey/internal/usage/dto/get-usage.dto';
import { readEnvironment } from '../../config/environment.js';
import { readInput } from '../input.js';
import type { JsonOption } from '../options.js';
import { print, table, visible } from '../output.js';
import { Session } from '../session.js';
import type { Terminal } from '../terminal.js';

export interface KeyUsageOptions extends JsonOption {
  workspace: string;
  from?: string;
  to?: string;
}

const LONGEST_BAR = 40;

export async function showKeyUsage(
  terminal: Terminal,
  id: string,
  { json, workspace, from, to }: KeyUsageOptions,
): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const query = readInput(GetUsageDto, { from, to }, environment);
  const report = await Session.run(environment, async (session) =>
    session.get(UsageService).report(await session.actorIn(workspace), id, query),
  );
  print(terminal, json ? report : described(report));
}

function described(report: UsageReport): string {
  const { totals, unusedPermissions, permissions, descendants, lastUsedDate } = report;
  const refused = totals.denied + totals.expired + totals.disabled + totals.rateLimited;
  const parts = [
    `API key ${report.keyId}, ${report.from} to ${report.to}: accepted ${totals.valid} times, refused ${refused}.`,
    `Last used: ${lastUsedDate ?? 'never'}. Counted until ${report.asOf}${completenessOf(report)}.`,
    report.clients.length > 0 && clientTable(report),
    permissions.length > 0 && permissionTable(report),
    unusedPermissions.length > 0 && `Never used: ${unusedPermissions.map(visible).join(', ')}`,
    report.series.length > 0 && bars(report),
    descendants.length > 0 &&
      `Keys made with it: ${descendants.map((key) => `${key.id} (${visible(key.keyName)})`).join(', ')}`,
    `To delete it only if it is used no more: latchkey key delete ${report.keyId} --if-unused-since-report ${tagOf(report)}`,
  ];
  return parts.filter((part) => part !== false).join('\n\n');
}

function completenessOf({ incompleteSince }: UsageReport): string {
  return incompleteSince === null ? '' : `; after ${incompleteSince} uses may be missing, for an instance was killed`;
}

function clientTable({ clients, otherClients }: UsageReport): string {
  const headings = ['APPLICATION', 'ADDRESS', 'SECRET', 'USES', 'REFUSED', 'FIRST SEEN', 'LAST SEEN', 'PERMISSIONS'];
  const others = otherClients && `\nOther clients: ${otherClients.uses} uses, ${otherClients.refused} refused.`;
  return table(headings, clients.map(clientRow)) + (others ?? '');
}

function clientRow(client: ReportedClient): string[] {
  const { application, ip, secret, uses, refused, firstSeenDate, lastSeenDate, permissions } = client;
  return [
    application ?? '-',
    ip ?? '-',
    secret,
    String(uses),
    String(refused),
    firstSeenDate,
    lastSeenDate,
    permissions.join(','),
  ];
}

function permissionTable({ permissions }: UsageReport): string {
  const rows = permissions.map(({ name, uses, firstUsedDate, lastUsedDate }) => [
    name,
    String(uses),
    firstUsedDate,
    lastUsedDate,
  ]);
  return table(['PERMISSION', 'USES', 'FIRST USED', 'LAST USED'], rows);
}

/** How often in each minute, hour or day: accepted in full blocks, refused in light ones. */
function bars({ series }: UsageReport): string {
  const most = Math.max(...series.map(({ valid, refused }) => valid + refused), 1);
  const block = (uses: number, of: string): string => of.repeat(Math.ceil((uses / most) * LONGEST_BAR));
  return series
    .map(({ date, valid, refused }) => `${date}  ${block(valid, '█')}${block(refused, '░')} ${valid + refused}`)
    .join('\n');
}

function tagOf({ etag }: UsageReport): string {
  return etag.replaceAll('"', '');
}
