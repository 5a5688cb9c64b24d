// A worker for agents of kind `worker`: DEVSKYY_URL and DEVSKYY_API_KEY say where and who, DEVSKYY_AGENT whose tasks.
interface Task {
  id: string;
  leaseToken: string;
  agent: string;
  attempt: number;
  input: Record<string, unknown>;
}

const { DEVSKYY_URL = 'http://localhost:8000', DEVSKYY_API_KEY = '', DEVSKYY_AGENT = 'financial' } = process.env;

async function call(path: string, body: object): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json', 'x-api-key': DEVSKYY_API_KEY };
  const answer = await fetch(`${DEVSKYY_URL}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw Object.assign(new Error(`${path}: ${await answer.text()}`), { status: answer.status });
  return answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>);
}

/** The work itself: replace it. Stop when the signal is aborted. */
async function work({ input }: Task, signal: AbortSignal): Promise<unknown> {
  const numbers = (input.numbers ?? []) as number[];
  await new Promise((resolve) => setTimeout(resolve, Number(input.takesMs ?? 0)));
  signal.throwIfAborted();
  return { sum: numbers.reduce((sum, number) => sum + number, 0) };
}

async function run(task: Task, workerId: string, heartbeatMs: number): Promise<void> {
  const stop = new AbortController();
  const lease = { id: task.id, leaseToken: task.leaseToken };
  const beat = async (): Promise<void> => {
    const { lost, cancel } = await call(`/workers/${workerId}/heartbeat`, { leases: [lease] });
    if ([lost, cancel].flat().includes(task.id)) stop.abort();
  };
  const timer = setInterval(() => beat().catch((error: unknown) => console.error(error)), heartbeatMs);
  try {
    const output = await work(task, stop.signal);
    await call(`/tasks/${task.id}/complete`, { leaseToken: task.leaseToken, output });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // A lost lease is refused with 409: the task runs elsewhere by now.
    await call(`/tasks/${task.id}/fail`, { leaseToken: task.leaseToken, error: { message } }).catch(console.error);
  } finally {
    clearInterval(timer);
  }
}

let isStopping = false;
process.once('SIGTERM', () => (isStopping = true));
const registration = { name: `example-${process.pid}`, agents: [DEVSKYY_AGENT], runtime: `node ${process.version}` };
const { workerId, heartbeatMs } = (await call('/workers', registration)) as { workerId: string; heartbeatMs: number };
while (!isStopping) {
  try {
    const { tasks = [] } = (await call('/leases', { workerId, waitMs: 2_000 })) as { tasks?: Task[] };
    for (const task of tasks) await run(task, workerId, heartbeatMs);
  } catch (error) {
    console.error(error);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
