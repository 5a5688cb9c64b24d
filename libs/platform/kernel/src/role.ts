/** The five roles, from the least to the most. Each includes the rights of those before it. */
export const ROLES = ['READ_ONLY', 'API_USER', 'DEVELOPER', 'ADMIN', 'SUPER_ADMIN'] as const;
export type Role = (typeof ROLES)[number];

/** Rank of a role: 1 for READ_ONLY to 5 for SUPER_ADMIN. */
export function rankOf(role: Role): number {
  return ROLES.indexOf(role) + 1;
}

/** Whether a holder of `role` may do what asks for `required`. */
export function includesRole(role: Role, required: Role): boolean {
  return rankOf(role) >= rankOf(required);
}
