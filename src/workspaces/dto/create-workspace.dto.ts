import { ApiSchema } from '@nestjs/swagger';
import { WorkspaceExternalId, WorkspaceName } from './workspace-fields.js';

@ApiSchema({ name: 'LatchkeyCreateWorkspace' })
export class CreateWorkspaceDto {
  @WorkspaceName()
  name!: string;

  @WorkspaceExternalId()
  externalId?: string;
}

/** One that is found again by its `externalId`. */
export class EnsureWorkspaceDto {
  @WorkspaceName()
  name!: string;

  @WorkspaceExternalId({ optional: false })
  externalId!: string;
}
