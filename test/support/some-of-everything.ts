import { newPerson, type Person } from './people.js';
import type { TestApp } from './test-app.js';

/**
 * Makes some of everything, so that requests get past looking things up.
 *
 * @returns what to put for the parameters of paths, by `{operationId}.{name}` or `{name}`
 */
export async function someOfEverything(app: TestApp, { token, id: userId }: Person): Promise<Record<string, string>> {
  const make = async (route: string, body: object): Promise<Record<string, string>> => {
    const answer = await app.call<Record<string, string>>('POST', route, { token, body });
    if (answer.status >= 300) throw new Error(`${route}: ${answer.text}`);
    return answer.body;
  };
  const agent = { slug: 'odd', name: 'Odd', category: 'test', kind: 'worker' };
  const { slug = '' } = await make('/agents', agent);
  const { id: taskId = '' } = await make(`/agents/${slug}/execute`, {});
  const { workerId = '' } = await make('/workers', { name: 'odd', agents: [slug] });
  const { id: scheduleId = '' } = await make('/schedules', { agent: slug, cron: '0 6 * * MON-FRI' });
  const { id: alertId = '' } = await make('/errors/alerts', { name: 'odd', event: 'new', url: 'https://example.com/' });
  const { id: projectId = '' } = await make('/errors/projects', { name: 'odd' });
  const { transactionId = '' } = await make('/finance/transactions/record', { amount: '10.00' });
  const ids: Record<string, string> = { slug, alertId, projectId: String(projectId), project: String(projectId) };
  for (const operation of ['getTask', 'cancelTask', 'retryTask', 'approveTask', 'refuseTask', 'explainTask'])
    ids[`${operation}.id`] = taskId;
  for (const operation of ['completeTask', 'failTask', 'releaseTask', 'addTaskEvent', 'completeTaskByCallback'])
    ids[`${operation}.id`] = taskId;
  for (const operation of [
    'getTransaction',
    'reverseTransaction',
    'captureTransaction',
    'voidTransaction',
    'getReceipt',
  ])
    ids[`${operation}.id`] = transactionId;
  for (const operation of ['getSchedule', 'updateSchedule']) ids[`${operation}.id`] = scheduleId;
  ids['sendHeartbeat.id'] = workerId;
  const { id: otherId } = await newPerson(app, 'API_USER');
  for (const operation of [
    'getUser',
    'changeUser',
    'unlockUser',
    'listUserSessions',
    'revokeUserSessions',
    'inviteUser',
  ])
    ids[`${operation}.id`] = otherId;
  return { ...ids, code: 'equity:opening', 'listUserApiKeys.id': userId, month: '2099-01' };
}
