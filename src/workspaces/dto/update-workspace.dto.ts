import { ApiSchema } from '@nestjs/swagger';
import { WorkspaceExternalId, WorkspaceName } from './workspace-fields.js';

@ApiSchema({ name: 'LatchkeyUpdateWorkspace' })
export class UpdateWorkspaceDto {
  @WorkspaceName({ optional: true })
  name?: string;

  @WorkspaceExternalId({ nullable: true, example: 'company-4712' })
  externalId?: string | null;
}
