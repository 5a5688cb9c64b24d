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
  readonly responses: Readonly<Record<string, { content?: Record<string, { example?: unknown }> }>>;
  readonly 'x-required-role'?: string;
}
interface Document {
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
    const wrong = OPERATIONS.filter(({ operation }) =>
      operation['x-required-role'] === 'public' && !operation.security?.some((scheme) => 'oauthClient' in scheme)
        ? operation.security?.length !== 0
        : (operation.security?.length ?? 0) === 0,
    );
    expect(wrong.map(({ operation }) => operation.operationId)).toEqual([]);
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
      for (const { route, method, operation } of OPERATIONS) {
        const { operationId, requestBody } = operation;
        const example = requestBody?.content['application/json']?.example;
        if (example === undefined || NOT_SENT.has(operationId)) continue;
        const filled = route.replace(
          /\{(\w+)\}/g,
          (_, name: string) => ids[`${operationId}.${name}`] ?? ids[name] ?? '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00',
        );
        const { status, text } = await app.call(method, filled, { token: person.token, body: example });
        // No example knows a token that was mailed.
        const isRefused = [400, 415, 422].includes(status) && !text.includes('AUTH.RESET_TOKEN_INVALID');
        if (isRefused || status >= 500) refused.push(`${operationId} ${status} ${text}`);
      }
      expect(refused).toEqual([]);
    } finally {
      await app.close();
    }
  }, 60_000);
});
