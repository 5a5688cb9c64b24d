import { includesRole, type Role } from '#platform/kernel';

/** What a stream can be about. */
export const TOPICS = ['metrics', 'activities', 'tasks', 'errors', 'approvals'] as const;
export type Topic = (typeof TOPICS)[number];

/** The least role for each, that of the route which answers the same: `GET /tasks` for tasks and approvals. */
const LEAST_ROLE: Readonly<Record<Topic, Role>> = {
  metrics: 'READ_ONLY',
  activities: 'READ_ONLY',
  tasks: 'API_USER',
  errors: 'READ_ONLY',
  approvals: 'API_USER',
};

/** The topics that a role may read, of these. */
export function topicsWithin(role: Role, topics: readonly Topic[]): Topic[] {
  return topics.filter((topic) => includesRole(role, LEAST_ROLE[topic]));
}
