// Tasks of a year, as `growth/agents.mjs` makes them, and what is asked for while work goes on.
import { fill as fillAgents } from '../growth/agents.mjs';

export const fill = (db, size) => fillAgents(db, 0, size);

export async function rows({ url, token, db }) {
  const post = async (path, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const { workerId } = await post('/workers', { name: 'bench' });
  const { tasks } = await post('/leases', { workerId, max: 20, leaseMs: 600_000 });
  const leases = tasks.map(({ id, leaseToken }) => ({ id, leaseToken, progress: { done: 0.5 } }));
  const slug = 'seo-marketing';
  const { rows: batches } = await db.query('SELECT id FROM agent_batch ORDER BY id LIMIT 1');
  return {
    'a heartbeat': { path: `/workers/${workerId}/heartbeat`, method: 'POST', body: { leases } },
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
