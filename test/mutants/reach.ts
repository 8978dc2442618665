import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Reach } from './environment.mjs';

/** Folders of tests that are about other than the code of this process, such as built programs. */
const ELSEWHERE =
  /^test\/(bounds|browser|cli|client|docs|faults|faults-short|hosts|hosts-short|mutants|support|timing)\//;
const ENOUGH_FILES = 12;
const ENOUGH_LOADED = 3;

/** What a file of tests reaches, as of the texts with these hashes. */
interface Learnt {
  hash: string;
  sources: Record<string, string>;
  reach: Reach;
}

/** Tests that may notice a break: some of a file, by their places in it. */
export interface Candidate {
  file: string;
  /** Whether it is reached while the file is loaded, so that it must be there from the start. */
  isOfLoad: boolean;
  tests: number[];
  /** How long each test of the file may take. */
  timeouts: number[];
  ms: number;
}

/** Which tests reach which breaks. It is learnt by running them all once, and kept in a folder that Git ignores. */
export class ReachOfTests {
  private readonly learnt = new Map<string, Learnt>();

  /**
   * @param sources The texts of what is broken, by their paths.
   * @param run Runs these files of tests, and leaves in the folder what each of them reaches.
   */
  constructor(
    private readonly root: string,
    private readonly folder: string,
    private readonly sources: ReadonlyMap<string, string>,
    private readonly run: (files: readonly string[], folder: string) => Promise<void>,
  ) {}

  /** Asks again only those below the folders that have changed, or that reach a source that has. */
  async learn(folders: readonly string[]): Promise<void> {
    const files = readdirSync(join(this.root, 'test'), { recursive: true, encoding: 'utf8' })
      .map((each) => join('test', each))
      .filter((file) => file.endsWith('.test.ts') && !ELSEWHERE.test(file))
      .sort();
    mkdirSync(this.folder, { recursive: true });
    const stale = files.filter((file) => !this.isKept(file) && folders.some((folder) => file.startsWith(folder)));
    for (const file of stale) rmSync(this.pathOf(file), { force: true });
    if (stale.length > 0) await this.run(stale, this.folder);
    for (const file of stale) {
      const path = this.pathOf(file);
      const reach = readJson(path) as Reach | undefined;
      // It does not run in a copy of the product.
      if (!reach) continue;
      const sources = Object.keys(reach.reached).map((name) => [name, this.hashOf(name)]);
      const learnt = { hash: this.hashOfTest(file), sources: Object.fromEntries(sources), reach };
      this.learnt.set(file, learnt);
      writeFileSync(path, JSON.stringify(learnt));
    }
  }

  /**
   * The quickest first, and those that are made for it before others.
   *
   * @param enoughMs no more tests than take so long, but those of a file at least
   */
  candidatesFor(source: string, index: number, enoughMs: number): Candidate[] {
    const found = [...this.learnt].flatMap(([file, { reach }]): Candidate[] => {
      const by = reach.reached[source]?.[index];
      if (by === undefined) return [];
      const isOfLoad = by === 'load';
      const tests = (isOfLoad ? reach.tests.map((_, at) => at) : by).filter((at) => reach.tests[at]?.isGreen);
      if (tests.length === 0) return [];
      const testsMs = tests.reduce((sum, at) => sum + (reach.tests[at]?.ms ?? 0), 0);
      const ms = testsMs + reach.hooksMs + (isOfLoad ? reach.loadMs : 0);
      return [{ file, isOfLoad, tests, timeouts: reach.tests.map((test) => 10_000 + 5 * test.ms), ms }];
    });
    const feature = source.split('/')[1];
    // What runs while a file is loaded declares, and the OpenAPI document shows it.
    const rankOf = ({ file, isOfLoad, ms }: Candidate): number =>
      file.startsWith(isOfLoad ? 'test/openapi/' : `test/${feature}/`) ? ms / 5 : ms;
    found.sort((a, b) => rankOf(a) - rankOf(b));
    let sum = 0;
    return found.filter(({ isOfLoad, ms }, at) => {
      sum += ms;
      return at === 0 || (sum < enoughMs && at < (isOfLoad ? ENOUGH_LOADED : ENOUGH_FILES));
    });
  }

  private isKept(file: string): boolean {
    const kept = readJson(this.pathOf(file)) as Partial<Learnt> | undefined;
    if (kept?.hash !== this.hashOfTest(file)) return false;
    if (Object.entries(kept.sources ?? {}).some(([name, hash]) => this.sources.has(name) && this.hashOf(name) !== hash))
      return false;
    this.learnt.set(file, kept as Learnt);
    return true;
  }

  private pathOf(file: string): string {
    return join(this.folder, encodeURIComponent(file));
  }

  private hashOf(source: string): string {
    return hash(this.sources.get(source) ?? '');
  }

  /** Of the file, and of what else in its folder is not tests itself. */
  private hashOfTest(file: string): string {
    const folder = join(this.root, dirname(file));
    const texts = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && (entry.name === basename(file) || !entry.name.endsWith('.test.ts')))
      .map(({ name }) => readFileSync(join(folder, name), 'utf8'));
    return hash(texts.join('\0'));
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
