import { ApiSchema } from '@nestjs/swagger';
import { WorkspaceExternalId, WorkspaceName } from './workspace-fields.js';

@ApiSchema({ name: 'LatchkeyCreateWorkspace' })
export class CreateWorkspaceDto {
  @WorkspaceName()
  name!: string;

  @WorkspaceExternalId()
  externalId?: string;
}
