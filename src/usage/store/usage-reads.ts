import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../../database/data-source.token.js';
import { Database } from '../../database/database.js';
import type { Secret, UseTotals } from '../counting/use-counter.js';
import { OTHER_CLIENTS } from '../counting/use-counts.js';
import type { ReportPeriod } from '../report-period.js';
import { ALL_CLIENTS } from './additions.sql.js';
import { FIND_INSTANCES, SILENT_S } from './instances.sql.js';

/** How many clients are told apart in a report. */
export const MOST_CLIENTS = 200;

/** A client of a key, and how often it was accepted and refused in a time. */
export interface CountedClient {
  clientId: string;
  secret: Secret;
  application: string | null;
  ip: string | null;
  userAgent: string | null;
  firstSeenDate: string;
  lastSeenDate: string;
  uses: number;
  refused: number;
}

/** A permission that was asked for and granted. */
export interface UsedPermission {
  name: string;
  uses: number;
  firstUsedDate: string;
  lastUsedDate: string;
}

/** How often in one unit of time. */
export interface CountedTime extends UseTotals {
  /** Minutes since 1970. */
  start: number;
}

/** Until when counts are complete, and since when others may be missing. */
export interface Completeness {
  asOf: number;
  /** Times in which an instance may have counted what it did not write: milliseconds since 1970. */
  gaps: { since: number; until: number }[];
}

type AsText<T> = { [Field in keyof T]: T[Field] extends number ? number | string : T[Field] };

interface InstanceRow {
  id: string;
  flushedDate: string;
  endedDate: string | null;
  now: string;
}

const IN_PERIOD = 'key_id = $1 AND unit = $2 AND start >= $3 AND start < $4';

const FIND_USES = 'SELECT uses FROM latchkey_usage_keys WHERE key_id = $1';

const FIND_TIMES = `SELECT start, SUM(valid) AS valid, SUM(denied) AS denied, SUM(expired) AS expired,
    SUM(disabled) AS disabled, SUM(rate_limited) AS "rateLimited"
  FROM latchkey_usage_counts WHERE ${IN_PERIOD} GROUP BY start ORDER BY start`;

const FIND_CLIENTS = `SELECT known.client AS "clientId", known.secret, known.application, known.ip,
    known.user_agent AS "userAgent", known.first_seen_date AS "firstSeenDate", known.last_seen_date AS "lastSeenDate",
    counted.uses, counted.refused
  FROM (
    SELECT client, secret, SUM(valid) AS uses, SUM(denied + expired + disabled + rate_limited) AS refused
    FROM latchkey_usage_counts WHERE ${IN_PERIOD} GROUP BY client, secret
  ) AS counted
  JOIN latchkey_usage_clients AS known
    ON known.key_id = $5 AND known.client = counted.client AND known.secret = counted.secret
  WHERE known.client <> '${OTHER_CLIENTS}'
  ORDER BY known.last_seen_date DESC, known.client, known.secret LIMIT ${MOST_CLIENTS}`;

const FIND_PERMISSIONS = `SELECT name, uses, first_used_date AS "firstUsedDate", last_used_date AS "lastUsedDate"
  FROM latchkey_usage_permissions WHERE key_id = $1 AND client = '${ALL_CLIENTS}' ORDER BY name`;

/** Reads what was counted. Everything here is a search: to be run in turn. */
@Injectable()
export class UsageReads {
  /** Whether several instances count. */
  private readonly isShared: boolean;

  constructor(
    private readonly database: Database,
    @Inject(DATA_SOURCE) dataSource: DataSource,
  ) {
    this.isShared = dataSource.options.type === 'postgres';
  }

  /** How often the key was verified, ever. */
  async usesOf(keyId: string): Promise<string> {
    const [row] = await this.database.search<{ uses: string | number }>(FIND_USES, [keyId]);
    return String(row?.uses ?? 0);
  }

  async timesOf(keyId: string, { unit, from, to }: ReportPeriod): Promise<CountedTime[]> {
    const rows = await this.database.search<AsText<CountedTime>>(FIND_TIMES, [keyId, unit, from, to]);
    return rows.map(({ start, valid, denied, expired, disabled, rateLimited }) => ({
      start: Number(start),
      valid: Number(valid),
      denied: Number(denied),
      expired: Number(expired),
      disabled: Number(disabled),
      rateLimited: Number(rateLimited),
    }));
  }

  /** Those that were seen last. */
  async clientsOf(keyId: string, { unit, from, to }: ReportPeriod): Promise<CountedClient[]> {
    const rows = await this.database.search<AsText<CountedClient>>(FIND_CLIENTS, [keyId, unit, from, to, keyId]);
    return rows.map((row) => ({ ...row, uses: Number(row.uses), refused: Number(row.refused) }));
  }

  async permissionsOf(keyId: string): Promise<UsedPermission[]> {
    const rows = await this.database.search<AsText<UsedPermission>>(FIND_PERMISSIONS, [keyId]);
    return rows.map((row) => ({ ...row, uses: Number(row.uses) }));
  }

  /** @returns the names of permissions by client */
  async permissionsByClient(keyId: string, clients: readonly string[]): Promise<Map<string, string[]>> {
    const names = new Map<string, string[]>();
    if (clients.length === 0) return names;
    const places = clients.map((_, at) => `$${at + 2}`).join(', ');
    const rows = await this.database.search<{ client: string; name: string }>(
      `SELECT client, name FROM latchkey_usage_permissions WHERE key_id = $1 AND client IN (${places}) ORDER BY name`,
      [keyId, ...clients],
    );
    for (const { client, name } of rows) names.set(client, [...(names.get(client) ?? []), name]);
    return names;
  }

  /**
   * @param own the id of this instance
   * @param isWritten whether it has written all that it counted
   * @param now what time it is, where the database is on this machine
   */
  async completeness(own: string, isWritten: boolean, now: Date): Promise<Completeness> {
    const statement = this.isShared ? FIND_INSTANCES.postgres : FIND_INSTANCES.sqlite;
    const parameters = this.isShared ? [] : [now.toISOString()];
    const rows = await this.database.search<InstanceRow>(statement, parameters);
    const moment = Date.parse(rows[0]?.now ?? now.toISOString());
    const isLive = ({ id, flushedDate, endedDate }: InstanceRow): boolean =>
      id === own || (this.isShared && endedDate === null && Date.parse(flushedDate) >= moment - SILENT_S * 1000);
    const flushed = rows
      .filter(isLive)
      .map(({ id, flushedDate }) => (id === own && isWritten ? moment : Date.parse(flushedDate)));
    const gaps = rows
      .filter((row) => !isLive(row))
      .map(({ flushedDate, endedDate }) => ({
        since: Date.parse(flushedDate),
        until: endedDate === null ? moment : Date.parse(endedDate),
      }));
    return { asOf: Math.min(moment, ...flushed), gaps };
  }
}
