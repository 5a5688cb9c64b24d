/** Settings of PostgreSQL in which triggers look for a permission: `on` until the transaction ends. */
const SETTINGS = { 'removal-of-ended-tasks': 'devskyy.removes_ended_tasks' } as const;

/** What is refused except in a transaction that says it is about to do that. */
export type Permission = keyof typeof SETTINGS;

/** The statement that gives a permission. */
export function permit(what: Permission): string {
  return `SET LOCAL ${SETTINGS[what]} = 'on'`;
}
