import { ApiSchema } from '@nestjs/swagger';
import { Nested } from '../../input/fields.js';
import { QuotaLimitsDto } from './quotas.dto.js';
import { WorkspaceExternalId, WorkspaceName } from './workspace-fields.js';

@ApiSchema({ name: 'LatchkeyUpdateWorkspace' })
export class UpdateWorkspaceDto {
  @WorkspaceName({ optional: true })
  name?: string;

  @WorkspaceExternalId({ nullable: true, example: 'company-4712' })
  externalId?: string | null;

  @Nested(() => QuotaLimitsDto, {
    optional: true,
    description: 'The most that may be in the workspace. What is there already stays, also if it is more.',
    example: { keys: 200_000 },
  })
  quotas?: QuotaLimitsDto;
}
