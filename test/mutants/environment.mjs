import { writeFileSync, writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { join, relative } from 'node:path';
import { TestEnvironment } from 'jest-environment-node';

/**
 * @typedef {import('@jest/types').Circus.DescribeBlock} DescribeBlock
 * @typedef {import('@jest/types').Circus.TestEntry} TestEntry
 * @typedef {{ name: string; index: number; tests: number[] }} Break With the places of the tests that are to notice it.
 * @typedef {{ breaks: Break[]; isBrokenFromStart: boolean; timeouts: number[] }} Plan
 * @typedef {{ loadMs: number; hooksMs: number; tests: { ms: number; isGreen: boolean }[]; reached: Record<string, Record<string, number[] | 'load'>> }} Reach
 */

const HOOK_TIMEOUT_MS = 20_000;

/**
 * A file of tests is loaded once, and then run for one break after the other, each with its own set-up: all of its tests
 * stand once for each break in the tree of Jest. Or it is run as it is, to learn which of its tests reach which breaks.
 */
export default class BreakingEnvironment extends TestEnvironment {
  /**
   * @param {import('@jest/environment').JestEnvironmentConfig} config
   * @param {import('@jest/environment').EnvironmentContext} context
   */
  constructor(config, context) {
    super(config, context);
    this.path = relative(config.globalConfig.rootDir, context.testPath);
    /** @type {Plan | undefined} */
    this.plan = process.env['BREAKS'] ? JSON.parse(process.env['BREAKS']) : undefined;
    /** @type {Break | undefined} */
    this.active = this.plan?.isBrokenFromStart ? this.plan.breaks[0] : undefined;
    /** @type {Map<DescribeBlock, number>} The breaks of a run, each with the copy of all tests that is for it. */
    this.copies = new Map();
    /** @type {DescribeBlock | undefined} */
    this.copy = undefined;
    this.isNoticed = false;
    this.begun = performance.now();
    /** What was reached while the file was loaded; or by each test, and by what is run before and after several. */
    this.loaded = /** @type {Set<string>} */ (new Set());
    /** @type {Map<TestEntry | DescribeBlock, Set<string>>} */
    this.reached = new Map();
    this.running = this.loaded;
    this.loadMs = 0;
    this.hooksMs = 0;
    this.hookBegun = 0;
    this.global['isBroken'] = this.plan
      ? (/** @type {string} */ name, /** @type {number} */ index) =>
          this.active !== undefined && this.active.index === index && this.active.name === name
      : (/** @type {string} */ name, /** @type {number} */ index) => void this.running.add(`${name} ${index}`);
    if (this.active) this.tell('begun', 0);
  }

  /**
   * @param {import('@jest/types').Circus.Event} event
   * @param {import('@jest/types').Circus.State} state
   */
  handleTestEvent(event, state) {
    if (this.plan) this.play(this.plan, event, state.rootDescribeBlock);
    else this.learn(event, state.rootDescribeBlock);
  }

  /**
   * @param {Plan} plan
   * @param {import('@jest/types').Circus.Event} event
   * @param {DescribeBlock} root
   */
  play(plan, event, root) {
    if (event.name === 'run_start') {
      const tests = testsOf(root);
      const copies = plan.breaks.map(({ tests: places }) => {
        const chosen = new Set(places.map((place) => tests[place]));
        return copyOf(root, root, (test) => (chosen.has(test) ? plan.timeouts[tests.indexOf(test)] : undefined));
      });
      copies.forEach((copy, at) => this.copies.set(copy, at));
      root.children = copies;
      root.hooks = [];
    }
    if (event.name === 'run_describe_start') {
      const at = this.copies.get(event.describeBlock);
      if (at === undefined) return;
      this.copy = event.describeBlock;
      this.active = plan.breaks[at];
      this.isNoticed = false;
      if (!plan.isBrokenFromStart) this.tell('begun', at);
    }
    if (event.name === 'run_describe_finish' && event.describeBlock === this.copy) {
      this.tell(this.isNoticed ? 'noticed' : 'passed', this.copies.get(this.copy) ?? 0);
      this.active = undefined;
      this.copy = undefined;
    }
    if (event.name === 'test_done' && event.test.errors.length > 0) this.notice();
    if (event.name === 'hook_failure' || event.name === 'error') this.notice();
  }

  /** One red test is enough. */
  notice() {
    this.isNoticed = true;
    if (this.copy) for (const test of testsOf(this.copy)) test.mode = 'skip';
  }

  /**
   * @param {import('@jest/types').Circus.Event} event
   * @param {DescribeBlock} root
   */
  learn(event, root) {
    if (event.name === 'run_start') this.loadMs = performance.now() - this.begun;
    if (event.name === 'test_start') this.running = this.setOf(event.test);
    if (event.name === 'hook_start' && event.hook.type.endsWith('All')) {
      this.running = this.setOf(event.hook.parent);
      this.hookBegun = performance.now();
    }
    if (event.name === 'hook_success' && event.hook.type.endsWith('All')) {
      this.hooksMs += performance.now() - this.hookBegun;
    }
    if (event.name !== 'run_finish') return;
    const tests = testsOf(root);
    /** @type {Reach} */
    const reach = {
      loadMs: this.loadMs,
      hooksMs: this.hooksMs,
      tests: tests.map(({ duration, errors, status }) => ({
        ms: duration ?? 0,
        isGreen: status === 'done' && errors.length === 0,
      })),
      reached: {},
    };
    const note = (/** @type {Set<string>} */ breaks, /** @type {number[] | 'load'} */ by) => {
      for (const each of breaks) {
        const [name = '', index = ''] = each.split(' ');
        const ofFile = (reach.reached[name] ??= {});
        const before = ofFile[index] ?? [];
        ofFile[index] = before === 'load' || by === 'load' ? 'load' : [...new Set([...before, ...by])];
      }
    };
    for (const [by, breaks] of this.reached) {
      note(
        breaks,
        (by.type === 'test' ? [by] : testsOf(by)).map((test) => tests.indexOf(test)),
      );
    }
    note(this.loaded, 'load');
    const folder = process.env['LEARNT'] ?? '';
    writeFileSync(join(folder, encodeURIComponent(this.path)), JSON.stringify(reach));
  }

  /** @param {TestEntry | DescribeBlock} by */
  setOf(by) {
    const set = this.reached.get(by) ?? new Set();
    this.reached.set(by, set);
    return set;
  }

  /**
   * @param {string} what
   * @param {number} at
   */
  tell(what, at) {
    // At once: what comes next may never end. Jest would keep it for a while.
    writeSync(process.stdout.fd, `\nbreak ${at} ${what}\n`);
  }
}

/**
 * @param {DescribeBlock} block
 * @returns {TestEntry[]}
 */
function testsOf(block) {
  return block.children.flatMap((child) => (child.type === 'test' ? [child] : testsOf(child)));
}

/**
 * @param {DescribeBlock} block
 * @param {DescribeBlock} parent
 * @param {(test: TestEntry) => number | undefined} timeoutOf Undefined for what is not run.
 * @returns {DescribeBlock}
 */
function copyOf(block, parent, timeoutOf) {
  /** @type {DescribeBlock} */
  const copy = { ...block, parent, hooks: [], children: [] };
  copy.hooks = block.hooks.map((hook) => ({ ...hook, parent: copy, timeout: HOOK_TIMEOUT_MS }));
  copy.children = block.children.map((child) => {
    if (child.type === 'describeBlock') return copyOf(child, copy, timeoutOf);
    const timeout = timeoutOf(child);
    /** @type {TestEntry} */
    const test = { ...child, parent: copy, errors: [], retryReasons: [] };
    return timeout === undefined ? { ...test, mode: 'skip' } : { ...test, timeout };
  });
  return copy;
}
