import { Body, Controller, Get, Injectable, Module, Post, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { LatchkeyRoutes } from '../../src/auth/latchkey-routes.decorator.js';
import { CurrentPrincipal, RequirePermissions } from '../../src/authorization/access.decorators.js';
import { ApiRefusals } from '../../src/http/documentation/api-refusals.decorator.js';
import { DomainEvent } from '../../src/events/domain-event.js';
import { UnitOfWork } from '../../src/events/unit-of-work.js';
import type { Work } from '../../src/events/work.js';
import type { Feature } from '../../src/events/feature.js';
import type { Principal } from '../../src/identity/principal.js';
import { newId } from '../../src/kernel/ids.js';
import { LatchkeyError } from '../../src/kernel/latchkey-error.js';
import type { DeletedWorkspace, WorkspaceContents } from '../../src/events/workspace-contents.js';

@Entity({ name: 'latchkey_notes' })
export class Note {
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36 })
  id!: string;

  @Column({ name: 'workspace_id', type: 'varchar', length: 36 })
  workspaceId!: string;

  @Column({ name: 'text', type: 'varchar', length: 100 })
  text!: string;
}

export class NoteAdded extends DomainEvent {
  static readonly action = 'note.added';
  readonly action = NoteAdded.action;
}

/** The workspace has this note. */
export class NoteConflictError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'note.conflict';

  constructor() {
    super('The workspace has this note already.');
  }
}

class AddNoteDto {
  @IsString()
  text!: string;
}

@ApiTags('Notes')
@Controller({ path: 'note', version: VERSION_NEUTRAL })
@LatchkeyRoutes()
class NotesController {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  @Get()
  @RequirePermissions('apikeys:view')
  list(): string[] {
    return [];
  }

  @Post()
  @RequirePermissions('apikeys:create')
  @ApiRefusals(new NoteConflictError())
  async add(@CurrentPrincipal() actor: Principal, @Body() { text }: AddNoteDto): Promise<{ id: string }> {
    const id = newId();
    const { workspaceId } = actor;
    await this.unitOfWork.run(actor, async (work) => {
      const values = [id, workspaceId, text];
      const known = 'SELECT id FROM latchkey_notes WHERE workspace_id = $1 AND text = $2';
      if ((await work.query(known, [workspaceId, text])).length > 0) throw new NoteConflictError();
      await work.query('INSERT INTO latchkey_notes (id, workspace_id, text) VALUES ($1, $2, $3)', values);
      work.record(new NoteAdded({ workspaceId, targets: [{ type: 'note', id, display: text }] }));
    });
    return { id };
  }
}

@Injectable()
class WorkspaceNotes implements WorkspaceContents {
  async deleteSome(work: Work, { id }: DeletedWorkspace): Promise<boolean> {
    const found = await work.query('SELECT id FROM latchkey_notes WHERE workspace_id = $1 LIMIT 1', [id]);
    await work.query('DELETE FROM latchkey_notes WHERE workspace_id = $1', [id]);
    return found.length > 0;
  }
}

@Module({ providers: [WorkspaceNotes], exports: [WorkspaceNotes] })
class NotesModule {}

export const notesFeature = {
  module: NotesModule,
  route: 'note',
  controllers: [NotesController],
  tag: { name: 'Notes', description: 'What a workspace writes down.' },
  entities: [Note],
  events: [NoteAdded],
  errors: [NoteConflictError],
  workspaceContents: [WorkspaceNotes],
} as const satisfies Feature;
