// A worker as the documentation of agents describes it, which brings each task to the state that is wished for.

/** An hour, the longest there is: what is leased or running stays so while somebody looks at the demo. */
const LEASE_MS = 3_600_000;
/** Times it asks for more; a task that fails comes again. */
const ROUNDS = 6;

/** @param tasks `{taskId, wish, end, progress}` */
export async function work(service, agents, tasks) {
  const plan = new Map(tasks.map((task) => [task.taskId, task]));
  const { body: worker } = await service.call('POST', '/workers', {
    body: { name: 'demo', agents, slots: 20, runtime: `node ${process.versions.node}` },
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    const request = { workerId: worker.workerId, max: 50, leaseMs: LEASE_MS, waitMs: 500 };
    const { body } = await service.call('POST', '/leases', { body: request });
    const leased = body?.tasks ?? [];
    if (leased.length === 0) return;
    for (const task of leased) await workOn(service, worker, task, plan.get(task.id));
  }
}

async function workOn(service, worker, { id, leaseToken }, plan) {
  // Of an earlier day: its lease has run out.
  if (plan === undefined) return service.call('POST', `/tasks/${id}/complete`, { body: { leaseToken, output: null } });
  if (plan.wish === 'leased') return undefined;
  if (plan.wish === 'running') {
    const leases = [{ id, leaseToken, progress: plan.progress }];
    await service.call('POST', `/workers/${worker.workerId}/heartbeat`, { body: { leases, leaseMs: LEASE_MS } });
    const event = { leaseToken, seq: 1, type: 'page_translated', data: plan.progress };
    return service.call('POST', `/tasks/${id}/events`, { body: event });
  }
  const verb = plan.end?.error === undefined ? 'complete' : 'fail';
  return service.call('POST', `/tasks/${id}/${verb}`, { body: { leaseToken, output: undefined, ...plan.end } });
}
