import { joinAssignmentsOf, type HolderSql } from '../grants/role-assignments.sql.js';

/** What is asked of a role that {@link joinRolesOf} joins: what `roleOf` reads. */
export const ROLE_COLUMNS = 'assignment.role_id, role.name AS role_name, role.permissions AS role_permissions';

/** SQL that joins what stands before it with the roles that a holder has, each in a row of its own. */
export function joinRolesOf(holder: HolderSql): string {
  return `${joinAssignmentsOf(holder)}
    LEFT JOIN latchkey_roles role ON role.id = assignment.role_id`;
}
