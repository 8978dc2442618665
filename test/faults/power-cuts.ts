import { mkdir, rm, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sqlite3 from 'sqlite3';
import { faultsOf, Ledger, type Faults } from './ledger.js';
import { Random } from './random.js';
import { recordWorkload, type Recording, type WorkloadOptions } from './recording.js';
import { SimulatedDisk, SURVIVALS } from './simulated-disk.js';
import { readStoredKeys, type RunQuery, type StoredKeys } from './stored-keys.js';

const DATABASE = 'latchkey.db';
const NOTES = 'notes';
const NOTHING: StoredKeys = { living: [], tombstones: [], created: [], deleted: [], broken: [] };

/** What came of cutting the power at so many moments. */
export interface PowerCutReport {
  cuts: number;
  /** Disks that were looked at: several for each cut. */
  disks: number;
  acknowledged: number;
  /** The most acknowledged changes that one disk had lost. */
  mostLost: number;
  /** Disks that SQLite found damaged, or could not open. */
  damaged: string[];
  lost: string[];
  half: string[];
}

/** Records the workload once, and looks at what each of many power cuts during it would leave. */
export async function runPowerCuts({ cuts, ...options }: WorkloadOptions & { cuts: number }): Promise<PowerCutReport> {
  const recording = await recordWorkload(options);
  const random = new Random(options.seed);
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-replay-'));
  try {
    return await new Replay(recording, random, folder).run(cuts);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

class Replay {
  private readonly disk = new SimulatedDisk();
  private readonly ledger = new Ledger();
  private readonly report: PowerCutReport = {
    cuts: 0,
    disks: 0,
    acknowledged: 0,
    mostLost: 0,
    damaged: [],
    lost: [],
    half: [],
  };

  constructor(
    private readonly recording: Recording,
    private readonly random: Random,
    private readonly folder: string,
  ) {}

  async run(cuts: number): Promise<PowerCutReport> {
    const moments = this.momentsOf(cuts);
    for (const [at, entry] of this.recording.entries.entries()) {
      if (entry.name === NOTES) this.note(entry.data.toString('utf8'));
      else this.disk.apply(entry);
      if (moments.has(at)) await this.cut();
    }
    this.assertComplete();
    this.report.acknowledged = this.ledger.created.size + this.ledger.deleted.size;
    return this.report;
  }

  /** Half of them right after an acknowledgement, where most is at stake, and half anywhere. */
  private momentsOf(cuts: number): Set<number> {
    const { entries } = this.recording;
    const notes = [...entries.keys()].filter((at) => entries[at]?.name === NOTES);
    const after = this.random.sample(notes, Math.ceil(cuts / 2));
    return new Set([...after, ...this.random.sample([...entries.keys()], cuts - after.length)]);
  }

  private note(line: string): void {
    const { created, deleting, deleted } = JSON.parse(line) as Record<string, string | undefined>;
    if (created) this.ledger.created.add(created);
    if (deleting) this.ledger.deleting.add(deleting);
    if (deleted) this.ledger.deleted.add(deleted);
  }

  private async cut(): Promise<void> {
    this.report.cuts += 1;
    for (const survival of SURVIVALS) {
      const files = this.disk.afterPowerCut(survival, this.random);
      const where = `cut ${this.report.cuts}, ${survival}: `;
      this.report.disks += 1;
      const { damaged, lost, half } = await this.look(files);
      this.report.damaged.push(...damaged.map((fault) => where + fault));
      this.report.lost.push(...lost.map((fault) => where + fault));
      this.report.half.push(...half.map((fault) => where + fault));
      this.report.mostLost = Math.max(this.report.mostLost, lost.length);
    }
  }

  /** Opens what is left, as the program would after the power came back. */
  private async look(files: Map<string, Buffer>): Promise<Faults & { damaged: string[] }> {
    const folder = join(this.folder, String(this.report.disks));
    await mkdir(folder);
    for (const [name, content] of files) await writeFile(join(folder, name), content);
    const database = new sqlite3.Database(join(folder, DATABASE));
    try {
      const query = promisify<string, Record<string, unknown>[]>(database.all.bind(database));
      // What is looked at is thrown away.
      await query('PRAGMA synchronous = OFF');
      const [integrity] = await query('PRAGMA integrity_check');
      const damaged = integrity?.['integrity_check'] === 'ok' ? [] : [JSON.stringify(integrity)];
      return { damaged, ...faultsOf(await storedIn(query), this.ledger) };
    } catch (error) {
      return { damaged: [String(error)], lost: [], half: [] };
    } finally {
      await promisify(database.close.bind(database))();
      await rm(folder, { recursive: true });
    }
  }

  /** @throws {Error} if something reached the file past the recorder: then the replay would show nothing. */
  private assertComplete(): void {
    const replayed = this.disk.afterPowerCut('all', this.random).get(DATABASE);
    if (!replayed?.equals(this.recording.database)) throw new Error('The recorder missed something.');
  }
}

async function storedIn(query: RunQuery): Promise<StoredKeys> {
  const tables = await query(`SELECT name FROM sqlite_master WHERE name = 'latchkey_audit_events'`);
  return tables.length > 0 ? readStoredKeys(query) : NOTHING;
}
