// Workers for tests of failures: they say what they do, and can be killed or stopped in the middle of it.
const [, , url, apiKey, agent, count] = process.argv;

const call = async (path, body) => {
  const headers = { 'content-type': 'application/json', 'x-api-key': apiKey };
  const answer = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: answer.status === 204 ? {} : await answer.json() };
};

async function work() {
  const { workerId, heartbeatMs } = (await call('/workers', { name: `test-${process.pid}`, agents: [agent] })).body;
  for (;;) {
    const { status, body } = await call('/leases', { workerId, waitMs: 10_000 });
    if (status >= 400) console.log(`refused ${status} ${JSON.stringify(body)}`);
    const tasks = body.tasks ?? [];
    for (let task = tasks.shift(); task; task = tasks.shift()) {
      const { id, leaseToken, attempt, input } = task;
      console.log(`has ${id}`);
      const beat = setInterval(() => {
        call(`/workers/${workerId}/heartbeat`, { leases: [{ id, leaseToken }] }).catch(() => undefined);
      }, heartbeatMs);
      // A task that says `once` is slow for its first worker only.
      const takesMs = input.once && attempt > 1 ? 0 : input.takesMs;
      if (takesMs > 0) await new Promise((resolve) => setTimeout(resolve, takesMs));
      clearInterval(beat);
      const done = await call(`/tasks/${id}/complete?next=1`, { leaseToken, output: { attempt } });
      console.log(`${done.status === 200 ? 'did' : 'lost'} ${id}`);
      if (done.body.next) tasks.push(done.body.next);
    }
  }
}

await Promise.all(Array.from({ length: Number(count) }, work));
