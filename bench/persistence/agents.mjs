// Tasks of a year, as `growth/agents.mjs` makes them, and what is asked for while work goes on.
import { fill as fillAgents } from '../growth/agents.mjs';

export const fill = (db, size) => fillAgents(db, 0, size);

export async function rows({ db }) {
  // Nobody leases its tasks: they stay in the queue.
  const slug = 'seo-marketing';
  const { rows: batches } = await db.query('SELECT id FROM agent_batch ORDER BY id LIMIT 1');
  return {
    'tasks of an agent and a state': { path: `/tasks?limit=20&agent=${slug}&state=failed` },
    'results of a batch': { path: `/agents/batch/${batches[0].id}` },
    'tasks that ended last': { path: '/dashboard/activities' },
    'agents on the dashboard': { path: '/dashboard/agents' },
    'a task for an agent': {
      path: `/agents/${slug}/execute`,
      method: 'POST',
      body: { parameters: { topic: 'bench' } },
    },
  };
}
