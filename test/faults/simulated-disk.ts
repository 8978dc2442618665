import type { Entry } from './recording.js';
import type { Random } from './random.js';

const SECTOR_BYTES = 512;

/**
 * What is left on the disk after a power cut, beyond what was synced:
 * nothing; a first part of the rest; any part of it, torn within writes too; all of it.
 */
export const SURVIVALS = ['synced only', 'a first part', 'any part', 'all'] as const;
export type Survival = (typeof SURVIVALS)[number];

/** A file without its name: what is safe, and what was done to it since. */
interface Content {
  safe: Buffer;
  unsafe: Entry[];
}

interface Naming {
  name: string;
  /** undefined: the name was removed. */
  content: Content | undefined;
}

/** A disk that loses at a power cut what was not synced: content by the file's sync, names by the folder's. */
export class SimulatedDisk {
  private readonly names = new Map<string, Content>();
  private readonly safeNames = new Map<string, Content>();
  private unsafeNames: Naming[] = [];
  /** By the number of a sync: how much there was to sync when it began. */
  private readonly begun = new Map<number, number>();

  apply(entry: Entry): void {
    if (entry.kind === 'sync begun') this.begun.set(entry.offset, this.unsafeOf(entry.name).length);
    if (entry.kind === 'sync done') this.sync(entry);
    if (entry.kind === 'remove') this.rename(entry.name, undefined);
    if (entry.kind === 'write' || entry.kind === 'truncate') this.contentOf(entry.name).unsafe.push(entry);
  }

  /** The files that a power cut now could leave. */
  afterPowerCut(survival: Survival, random: Random): Map<string, Buffer> {
    const names = new Map(this.safeNames);
    for (const { name, content } of survivors(this.unsafeNames, survival, random)) setOrDelete(names, name, content);
    return new Map([...names].map(([name, content]) => [name, contentAfter(content, survival, random)]));
  }

  private sync({ name, offset }: Entry): void {
    const covered = this.begun.get(offset) ?? 0;
    this.begun.delete(offset);
    if (name === '') {
      for (const naming of this.unsafeNames.splice(0, covered))
        setOrDelete(this.safeNames, naming.name, naming.content);
      return;
    }
    const content = this.contentOf(name);
    content.safe = applied(content.safe, content.unsafe.splice(0, covered));
  }

  private unsafeOf(name: string): unknown[] {
    return name === '' ? this.unsafeNames : this.contentOf(name).unsafe;
  }

  private contentOf(name: string): Content {
    const known = this.names.get(name);
    if (known) return known;
    const content = { safe: Buffer.alloc(0), unsafe: [] };
    this.rename(name, content);
    return content;
  }

  private rename(name: string, content: Content | undefined): void {
    setOrDelete(this.names, name, content);
    this.unsafeNames.push({ name, content });
  }
}

function contentAfter({ safe, unsafe }: Content, survival: Survival, random: Random): Buffer {
  const left = survivors(unsafe, survival, random);
  return applied(safe, survival === 'any part' ? left.flatMap((entry) => torn(entry, random)) : left);
}

function survivors<T>(unsafe: readonly T[], survival: Survival, random: Random): T[] {
  switch (survival) {
    case 'synced only':
      return [];
    case 'a first part':
      return unsafe.slice(0, random.below(unsafe.length + 1));
    case 'any part':
      return unsafe.filter(() => random.chance(0.5));
    case 'all':
      return [...unsafe];
  }
}

/** Now and then only some sectors of a write reached the disk. */
function torn(entry: Entry, random: Random): Entry[] {
  if (entry.kind !== 'write' || random.chance(0.7)) return [entry];
  const sectors: Entry[] = [];
  for (let at = 0; at < entry.data.length; at += SECTOR_BYTES) {
    const data = entry.data.subarray(at, at + SECTOR_BYTES);
    if (random.chance(0.5)) sectors.push({ ...entry, offset: entry.offset + at, data });
  }
  return sectors;
}

function applied(content: Buffer, entries: readonly Entry[]): Buffer {
  const length = entries.reduce((most, entry) => Math.max(most, entry.offset + entry.data.length), content.length);
  const result = Buffer.alloc(length);
  content.copy(result);
  let end = content.length;
  for (const { kind, offset, data } of entries) {
    if (kind === 'truncate') {
      result.fill(0, offset, end);
      end = offset;
      continue;
    }
    data.copy(result, offset);
    end = Math.max(end, offset + data.length);
  }
  return result.subarray(0, end);
}

function setOrDelete(names: Map<string, Content>, name: string, content: Content | undefined): void {
  if (content) names.set(name, content);
  else names.delete(name);
}
