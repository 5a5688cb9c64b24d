import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { newPerson } from '../../support/people.js';
import { someOfEverything } from '../../support/some-of-everything.js';
import { startTestApp } from '../../support/test-app.js';

interface Operation {
  readonly operationId: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> };
  readonly parameters?: readonly { name: string; required?: boolean; schema?: { default?: unknown } }[];
  readonly responses: Readonly<Record<string, { headers?: object; content?: Record<string, { example?: unknown }> }>>;
  readonly 'x-required-role'?: string;
}
interface Schema {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, { default?: unknown }>>;
}
interface Document {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  readonly tags: readonly { name: string; description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const ROOT = path.resolve(__dirname, '../../..');
const DOCUMENT = JSON.parse(readFileSync(path.join(ROOT, 'docs/generated/openapi.json'), 'utf8')) as Document;

const OPERATIONS = Object.entries(DOCUMENT.paths).flatMap(([route, item]) =>
  Object.entries(item).map(([method, operation]) => ({ route, method: method.toUpperCase(), operation })),
);

/** Forms of OAuth, and JSON-RPC, have tests of their own; callbacks are signed. */
const NOT_SENT = new Set([
  'requestToken',
  'revokeToken',
  'introspectToken',
  'callMcp',
  'completeTaskByCallback',
  'logOut',
]);

describe('the OpenAPI document', () => {
  it('keeps the recommended rules of Redocly', () => {
    const { status, stdout } = spawnSync(process.execPath, ['scripts/lint-openapi.mjs'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  it('names every operation once, and describes every tag, beginning with login', () => {
    const names = OPERATIONS.map(({ operation }) => operation.operationId);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    const used = new Set(OPERATIONS.flatMap(({ operation }) => operation.tags ?? []));
    expect(DOCUMENT.tags.map(({ name }) => name).sort()).toEqual([...used].sort());
    expect(DOCUMENT.tags[0]?.name).toBe('auth');
    expect(DOCUMENT.tags.filter(({ description }) => description.length < 10)).toEqual([]);
  });

  it('says of public routes that they demand nothing, and of others what they do', () => {
    // A program's own credentials, and a cookie that is one way among others.
    const isOwn = (scheme: object): boolean => 'oauthClient' in scheme || 'refreshCookie' in scheme;
    const wrong = OPERATIONS.filter(({ operation }) =>
      operation['x-required-role'] === 'public' && !operation.security?.some(isOwn)
        ? operation.security?.length !== 0
        : (operation.security?.length ?? 0) === 0,
    );
    expect(wrong.map(({ operation }) => operation.operationId)).toEqual([]);
  });

  it('demands nothing that has a default', () => {
    const parameters = OPERATIONS.flatMap(({ operation: { operationId, parameters: some = [] } }) =>
      some
        .filter(({ required, schema }) => required === true && schema?.default !== undefined)
        .map(({ name }) => `${operationId} ${name}`),
    );
    const fields = Object.entries(DOCUMENT.components.schemas).flatMap(([name, { required = [], properties = {} }]) =>
      required.filter((field) => properties[field]?.default !== undefined).map((field) => `${name} ${field}`),
    );
    expect([...parameters, ...fields]).toEqual([]);
  });

  it('says where what a route makes is found, whenever it can be asked for', () => {
    const asked = new Set(
      OPERATIONS.filter(({ method }) => method === 'GET').map(({ route }) => route.replace(/\{\w+\}/g, '{}')),
    );
    const silent = OPERATIONS.filter(
      ({ method, route, operation: { responses } }) =>
        method === 'POST' &&
        asked.has(`${route.replace(/\{\w+\}/g, '{}')}/{}`) &&
        responses['201'] &&
        !('Location' in (responses['201'].headers ?? {})),
    );
    expect(silent.map(({ operation }) => operation.operationId)).toEqual([]);
  });

  it('tells browsers of the headers and the cookie of their sessions', () => {
    const of = (id: string) => OPERATIONS.find(({ operation }) => operation.operationId === id)?.operation;
    for (const id of ['logIn', 'verifyMfa', 'refreshTokens', 'logOut', 'changePassword']) {
      const names = of(id)?.parameters?.map(({ name }) => name);
      expect({ id, names }).toEqual({ id, names: expect.arrayContaining(['X-Auth-Mode', 'X-CSRF']) });
    }
    expect(of('logIn')?.responses['200']?.headers).toHaveProperty('Set-Cookie');
    expect(of('refreshTokens')?.security).toEqual([{ refreshCookie: [] }, {}]);
  });

  it('has an example of every body in JSON', () => {
    const without = OPERATIONS.flatMap(({ operation: { operationId, requestBody, responses } }) => {
      const bodies = [
        ...Object.entries(requestBody?.content ?? {}),
        ...Object.entries(responses).flatMap(([status, { content = {} }]) =>
          status < '300' ? Object.entries(content) : [],
        ),
      ];
      return bodies
        .filter(([type, { example }]) => type === 'application/json' && example === undefined)
        .map(() => operationId);
    });
    expect(without).toEqual([]);
  });

  it('has examples of requests that are valid, and addresses of PUBLIC_URL with its path', async () => {
    const publicUrl = 'https://ops.example.com/backend';
    const app = await startTestApp({ AGENTS_RUN_IN_PROCESS: 'false', PUBLIC_URL: publicUrl });
    try {
      const person = await newPerson(app, 'SUPER_ADMIN');
      const ids = await someOfEverything(app, person);
      const token = { token: person.token };
      const { body: project } = await app.call('POST', '/errors/projects', { ...token, body: { name: 'addressed' } });
      const dsn = /^https:\/\/[0-9a-f]{32}@ops\.example\.com\/backend\/\d+$/;
      expect(project['dsn']).toMatch(dsn);
      const refused: string[] = [];
      const located = new Set<string>();
      for (const { route, method, operation } of OPERATIONS) {
        const { operationId, requestBody } = operation;
        const example = requestBody?.content['application/json']?.example;
        if (example === undefined || NOT_SENT.has(operationId)) continue;
        const filled = route.replace(
          /\{(\w+)\}/g,
          (_, name: string) => ids[`${operationId}.${name}`] ?? ids[name] ?? '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00',
        );
        const { status, text, headers } = await app.call(method, filled, { token: person.token, body: example });
        const location = headers.get('location');
        if (location !== null) {
          const found = await app.call('GET', location, token);
          if (found.status !== 200) refused.push(`${operationId} ${location} ${found.status}`);
          located.add(operationId);
        }
        // No example knows a token that was mailed.
        const isRefused = [400, 415, 422].includes(status) && !text.includes('AUTH.RESET_TOKEN_INVALID');
        if (isRefused || status >= 500) refused.push(`${operationId} ${status} ${text}`);
      }
      expect(refused).toEqual([]);
      expect(located.size).toBeGreaterThan(5);
    } finally {
      await app.close();
    }
  }, 60_000);
});
