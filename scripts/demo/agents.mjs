// Agents, their tasks of the day, and schedules.
import { dayOf } from './chance.mjs';
import { until } from './service.mjs';
import { AGENTS, tasksOf } from './tasks.mjs';
import { work } from './worker.mjs';

const FINAL = ['succeeded', 'failed', 'cancelled', 'dead', 'refused'];

const SCHEDULES = [
  { agent: 'performance', cron: '0 * * * *', taskDescription: 'Demo: the hour' },
  { agent: 'scanner', cron: '30 5 * * *', timeZone: 'Europe/Berlin', taskDescription: 'Demo: the night' },
  { agent: 'demo-copywriter', cron: '0 9 * * MON', taskDescription: 'Demo: newsletter', enabled: false },
];

/** @returns `{batch, waiting, states}`: the batch, its task that waits for approval, and how many tasks are in each state */
export async function giveAgentsWork(service, now) {
  for (const agent of AGENTS) await makeAgent(service, agent);
  await makeSchedules(service);

  const day = dayOf(now);
  const plan = tasksOf(day);
  const { body: batch } = await service.call('POST', '/agents/batch', {
    key: `demo:tasks:${day}`,
    requestId: `demo-tasks-${day}`,
    body: { operations: plan.map(({ operation }) => operation) },
  });
  const look = async () => (await service.get(`/agents/batch/${batch.batchId}`)).results;
  // What nobody of ours works on may go on as it likes.
  const isOpen = ({ wish, state }) => wish !== state && wish !== 'queued' && !FINAL.includes(state);
  const open = (results) => plan.map((task, index) => ({ ...task, ...results[index] })).filter(isOpen);

  const left = open(batch.results);
  for (const { taskId } of left.filter(({ wish }) => wish === 'cancelled'))
    await service.call('POST', `/tasks/${taskId}/cancel`, { expect: [409] });
  const ours = new Set(AGENTS.map(({ slug }) => slug));
  const leasable = left.filter(({ operation }) => ours.has(operation.agent));
  if (leasable.length > 0) await work(service, [...ours], leasable);
  const results = left.length === 0 ? batch.results : await until(look, (found) => open(found).length === 0);

  const states = {};
  for (const { state } of results) states[state] = (states[state] ?? 0) + 1;
  const told = Object.entries(states).map(([state, count]) => `${count} ${state}`);
  console.log(
    `Agents: ${AGENTS.length} of the demo and ${SCHEDULES.length} schedules; tasks of today: ${told.join(', ')}`,
  );
  return { batch: batch.batchId, waiting: results.find(({ state }) => state === 'waiting_approval')?.taskId, states };
}

async function makeAgent(service, agent) {
  await service.call('POST', '/agents', { body: agent, expect: [409] });
}

async function makeSchedules(service) {
  const { items } = await service.get('/schedules?limit=100');
  const there = new Set(items.map(({ taskDescription }) => taskDescription));
  for (const schedule of SCHEDULES) {
    if (!there.has(schedule.taskDescription)) await service.call('POST', '/schedules', { body: schedule });
  }
}
