import type { HolderType } from './held-grants.js';

/** A holder, in SQL of text. */
export interface HolderSql {
  type: HolderType;
  workspaceId: string;
  id: string;
}

/** SQL that joins what stands before it with the roles that are assigned to a holder: as `assignment.role_id`. */
export function joinAssignmentsOf(holder: HolderSql): string {
  return `LEFT JOIN latchkey_role_assignments assignment ON assignment.workspace_id = ${holder.workspaceId}
      AND assignment.holder_type = '${holder.type}' AND assignment.holder_id = ${holder.id}`;
}

/** SQL: whether a role is assigned to a holder. */
export function isAssignedRoles({ type, workspaceId, id }: HolderSql): string {
  return `EXISTS (SELECT 1 FROM latchkey_role_assignments
  WHERE workspace_id = ${workspaceId} AND holder_type = '${type}' AND holder_id = ${id})`;
}

/** SQL that selects the ids of those of one type who hold a role. */
export function holdersOfRole(role: { type: HolderType; workspaceId: string; roleId: string }): string {
  return `SELECT holder_id FROM latchkey_role_assignments
    WHERE workspace_id = ${role.workspaceId} AND role_id = ${role.roleId} AND holder_type = '${role.type}'`;
}
