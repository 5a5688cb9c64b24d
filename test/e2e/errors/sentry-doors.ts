import type { TestApp } from '../../support/test-app.js';
import { eventually } from './eventually.js';

export interface Project {
  id: number;
  name: string;
  dsn: string;
  keys: string[];
}

/** What a project has sent, by what became of it. */
export interface Account {
  id: number;
  received: number;
  stored: number;
  duplicate: number;
  quarantined: number;
  backlog: number;
  refused: number;
  lostBySender: number;
}

export interface Occurrence {
  errorId: string;
  groupId: string;
  service: string;
  severity: string;
  [field: string]: unknown;
}

export interface Sent {
  status: number;
  body: { id?: string; code?: string };
  headers: Headers;
}

export interface SendOptions {
  headers?: Record<string, string>;
  query?: string;
  slash?: boolean;
}

/** An event id of one digit. */
export const hex = (digit: string): string => digit.repeat(32);

/** The doors of the Sentry protocol as SDKs use them, and what comes of it as people see it. */
export class SentryDoors {
  private constructor(
    private readonly app: TestApp,
    readonly admin: string,
    readonly developer: string,
  ) {}

  static async of(app: TestApp): Promise<SentryDoors> {
    return new SentryDoors(app, await app.tokenFor('ADMIN'), await app.tokenFor('DEVELOPER'));
  }

  async newProject(name: string, limits: Record<string, unknown> = {}): Promise<Project> {
    const { status, body } = await this.app.call<Project>('POST', '/api/v1/errors/projects', {
      token: this.admin,
      body: { name, ...limits },
    });
    expect(status).toBe(201);
    return body;
  }

  async send(
    door: 'envelope' | 'store',
    { id, keys }: Pick<Project, 'id' | 'keys'>,
    body: string | Buffer,
    options: SendOptions = {},
  ): Promise<Sent> {
    const { headers = {}, query = `?sentry_version=7&sentry_key=${keys[0]}`, slash = true } = options;
    const response = await fetch(`${this.app.url}/api/${id}/${door}${slash ? '/' : ''}${query}`, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Sent['body'] };
  }

  /** The occurrence of an event, once it is stored. */
  find(id: string): Promise<Occurrence> {
    return eventually(async () => {
      const route = `/errors/occurrences/${id}`;
      const answer = await this.app.call<Occurrence>('GET', route, { token: this.developer });
      return answer.status === 200 ? answer.body : undefined;
    });
  }

  /** The account of a project, once nothing is on its way and it is as wanted. */
  accountOf(project: Pick<Project, 'id'>, isReady: (account: Account) => boolean): Promise<Account> {
    return eventually(async () => {
      const { body } = await this.app.call<{ projects: Account[] }>('GET', '/errors/statistics', {
        token: this.developer,
      });
      const account = body.projects.find(({ id }) => id === project.id);
      return account && account.backlog === 0 && isReady(account) ? account : undefined;
    });
  }
}
