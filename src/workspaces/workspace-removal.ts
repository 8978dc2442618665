import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { describeError } from '../kernel/describe-error.js';
import { Database } from '../database/database.js';
import { SYSTEM_TIME, type Time } from '../kernel/time.js';
import type { Actor, RequestOrigin } from '../events/actor.js';
import { UnitOfWork } from '../events/unit-of-work.js';
import type { Work } from '../events/work.js';
import { StepSize } from './step-size.js';
import { WORKSPACE_CONTENTS, type DeletedWorkspace, type WorkspaceContents } from '../events/workspace-contents.js';

const EVERY_MS = 30_000;
const PAUSE_MS = 5;
const SYSTEM: Actor = {
  type: 'system',
  id: 'system',
  display: 'latchkey',
  credentialId: null,
  workspaceId: null,
  origin: null,
};

interface Row {
  id: string;
  deletedDate: string;
  actor: string;
}

/**
 * Removes what was in workspaces that were deleted, in small steps, so that nobody waits long for the locks. Each step is a
 * transaction; what a process that ended has left is gone on with by the next that starts, or by another instance.
 */
@Injectable()
export class WorkspaceRemoval implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Replaced by tests: a step takes as long as they say. */
  time: Time = SYSTEM_TIME;
  private readonly logger = new Logger(WorkspaceRemoval.name);
  private running: Promise<void> | undefined;
  private isAskedAgain = false;
  private isStopping = false;
  private readonly stepSize = new StepSize();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
    @Inject(WORKSPACE_CONTENTS) private readonly contents: readonly WorkspaceContents[],
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.start(), EVERY_MS).unref();
    this.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Has all that is in the workspace removed after the commit. */
  async mark(work: Work, workspaceId: string): Promise<void> {
    const { type, id, display, credentialId, origin } = work.actor;
    const actor: Actor = { type, id, display, credentialId, workspaceId: null, origin: origin && plain(origin) };
    await work.query(
      'INSERT INTO latchkey_workspace_deletions (workspace_id, deleted_date, actor) VALUES ($1, $2, $3)',
      [workspaceId, work.date.toISOString(), JSON.stringify(actor)],
    );
  }

  /** Begins to remove what is left of deleted workspaces, if that is not under way. */
  start(): void {
    void this.finished();
  }

  /** Resolves when nothing is left, or all that is left is being removed by other instances, or this one cannot go on. */
  finished(): Promise<void> {
    this.isAskedAgain = true;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      // By a deletion that came as the last step had found nothing.
      return this.isAskedAgain ? this.finished() : undefined;
    });
    return this.running;
  }

  private async run(): Promise<void> {
    this.isAskedAgain = false;
    try {
      // A read first: where nothing can be written, there is nothing to say as long as nothing is left.
      if (this.isStopping || !(await this.isAnyLeft())) return;
      while (await this.unitOfWork.run(SYSTEM, (work) => this.step(work))) await pause(PAUSE_MS);
    } catch (error) {
      const message = 'Not all that was in a deleted workspace could be removed yet. None of it is accepted or shown.';
      this.logger.warn({ message, error: describeError(error) });
    }
  }

  private async isAnyLeft(): Promise<boolean> {
    const found = await this.database.query('SELECT workspace_id FROM latchkey_workspace_deletions LIMIT 1');
    return found.length > 0;
  }

  /** @returns whether there may be more to do. */
  private async step(work: Work): Promise<boolean> {
    if (this.isStopping) return false;
    // One that another instance is at is left to it.
    const [row] = await work.query<Row>(
      `SELECT workspace_id AS id, deleted_date AS "deletedDate", actor FROM latchkey_workspace_deletions
       ORDER BY deleted_date, workspace_id LIMIT 1 ${work.lock ? 'FOR UPDATE SKIP LOCKED' : ''}`,
    );
    if (!row) return false;
    const { id, deletedDate, actor } = row;
    const beginning = this.time.monotonic();
    const workspace: DeletedWorkspace = { id, date: new Date(deletedDate), actor: JSON.parse(actor) as Actor };
    for (const contents of this.contents) {
      if (!(await contents.deleteSome(work, workspace, this.stepSize.rows))) continue;
      this.stepSize.adapt(this.time.monotonic() - beginning);
      return true;
    }
    await work.query('DELETE FROM latchkey_workspace_deletions WHERE workspace_id = $1', [id]);
    return true;
  }
}

/** Without the request that it is read from. */
function plain({ id, method, route, ip, userAgent, successStatus }: RequestOrigin): RequestOrigin {
  return { id, method, route, ip, userAgent, successStatus };
}
