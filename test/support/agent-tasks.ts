import { setTimeout as sleep } from 'node:timers/promises';
import { InternalAgentService, type InternalTask } from '#agents';
import type { Answer, TestApp } from './test-app.js';

/** A task as the API shows it, as far as tests look. */
export interface TaskBody {
  id: string;
  state: string;
  attempt: number;
  output?: unknown;
  error?: { code: string; message: string };
  progress?: unknown;
  tokensIn: number;
  tokensOut: number;
  cost: string;
  cancelAcknowledgedAt?: string;
}

type Handler = (task: InternalTask, signal: AbortSignal) => Promise<unknown>;

/** Agents of one test file, and their tasks, through the API. */
export class AgentTasks {
  /** What internal agents do. */
  handle: Handler = () => Promise.resolve(null);
  private made = 0;

  private constructor(
    readonly app: TestApp,
    readonly admin: string,
    readonly user: string,
  ) {}

  static async on(app: TestApp): Promise<AgentTasks> {
    const tasks = new AgentTasks(app, await app.tokenFor('ADMIN'), await app.tokenFor('API_USER'));
    tasks.serve(app);
    return tasks;
  }

  /** Gives another replica the handler too. */
  serve(app: TestApp): void {
    app.get(InternalAgentService).register('test-handler', { run: (task, signal) => this.handle(task, signal) });
  }

  /** Registers an agent; by default an internal one that retries fast. */
  async agent(settings: Record<string, unknown> = {}): Promise<string> {
    const slug = `agent-${++this.made}`;
    const answer = await this.app.call('POST', '/agents', {
      token: this.admin,
      body: {
        slug,
        name: slug,
        category: 'tests',
        kind: 'internal',
        ...(settings['kind'] === undefined && { config: { handler: 'test-handler' } }),
        retryPolicy: { maxAttempts: 3, initialDelayMs: 10, maxDelayMs: 20 },
        ...settings,
      },
    });
    if (answer.status !== 201) throw new Error(`Agent not made: ${answer.text}`);
    return slug;
  }

  execute(slug: string, body: unknown = {}, query = '', token = this.user): Promise<Answer<TaskBody>> {
    return this.app.call<TaskBody>('POST', `/agents/${slug}/execute${query}`, { token, body });
  }

  /** As an administrator, who sees everybody's. */
  async read(id: string): Promise<TaskBody> {
    return (await this.app.call<TaskBody>('GET', `/tasks/${id}`, { token: this.admin })).body;
  }

  /** The task once it is in a state. */
  async until(id: string, ...states: string[]): Promise<TaskBody> {
    for (let i = 0; i < 600; i++) {
      const task = await this.read(id);
      if (states.includes(task.state)) return task;
      await sleep(25);
    }
    throw new Error(`Task did not become ${states.join()}: ${JSON.stringify(await this.read(id))}`);
  }

  async eventTypes(id: string): Promise<string[]> {
    const { Database } = await import('#platform/database');
    const rows = await this.app
      .get(Database)
      .query<{ type: string }>('SELECT type FROM agent_task_event WHERE task_id = $1 ORDER BY seq', [id]);
    return rows.map(({ type }) => type);
  }
}
