import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { type AppConfig, loadConfig } from '#config';
import { UserCreationService } from '#auth';
import { createHttpAdapter } from '#platform/http';
import { Lifecycle } from '#platform/health';
import type { Role } from '#platform/kernel';
import { ApiModule } from '../../apps/api/src/api.module.js';
import { configureApp } from '../../apps/api/src/configure-app.js';
import { assertDocumented } from './contract.js';
import { createTestDatabase } from './test-database.js';

/** Answers to a test's HTTP call. */
export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
  text: string;
}

export interface CallOptions {
  token?: string;
  apiKey?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** The whole service on a database and a port of its own. */
export interface TestApp {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly databaseUrl: string;
  readonly dir: string;
  readonly config: AppConfig;
  get<T>(token: Type<T> | (abstract new (...args: never[]) => T)): T;
  call<T = Record<string, unknown>>(method: string, route: string, options?: CallOptions): Promise<Answer<T>>;
  /** An access token of a user of this role; the same user each time. */
  tokenFor(role: Role): Promise<string>;
  close(): Promise<void>;
}

/** Variables every test application runs with; hashing is as cheap as the configuration allows. */
const TEST_ENV = {
  ENVIRONMENT: 'testing',
  SECRET_KEY: 'kJ8sPq2vXz7LmN4bTf9RwYc3GhD6aEuQ5oViSx1K',
  LOG_ENABLE_CONSOLE: 'false',
  LOG_ENABLE_FILE: 'false',
  ARGON2_MEMORY_KIB: '7168',
  ARGON2_PASSES: '1',
  RATE_LIMIT_MAX: '100000',
  AUTH_RATE_LIMIT_MAX: '10000',
  DOCS_ENABLED: 'false',
  PORT: '0',
  // Set for a run, it has the suites ask what every engine understands.
  DB_PORTABLE: process.env['DB_PORTABLE'] ?? 'false',
};

/**
 * Starts the service as `apps/api` does.
 *
 * @param env variables on top of the test defaults
 * @param shared another application whose database is used too, as a second replica
 */
export async function startTestApp(env: Record<string, string> = {}, shared?: TestApp): Promise<TestApp> {
  const dir = await mkdtemp(path.join(tmpdir(), 'devskyy-app-'));
  const database = shared ? undefined : await createTestDatabase();
  const databaseUrl = shared?.databaseUrl ?? database?.url ?? '';
  const config = loadConfig({
    env: {
      ...TEST_ENV,
      DATABASE_URL: databaseUrl,
      DATA_DIR: path.join(dir, 'data'),
      ARTIFACTS_DIR: path.join(dir, 'artifacts'),
      ...env,
    },
    envFile: false,
  });
  const module = await Test.createTestingModule({ imports: [ApiModule.forRoot(config)] }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(
    createHttpAdapter(config.server, config.performance),
    {
      bodyParser: false,
    },
  );
  const close = async (): Promise<void> => {
    await app.close();
    await database?.drop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await configureApp(app, config);
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    // What began before it failed must not go on beside the tests that follow.
    await close();
    throw error;
  }
  app.get(Lifecycle).started();
  const { port } = app.getHttpServer().address() as { port: number };
  const url = `http://127.0.0.1:${port}`;
  const tokens = new Map<Role, Promise<string>>();
  return {
    app,
    url,
    databaseUrl,
    dir,
    config,
    get: (token) => app.get(token, { strict: false }),
    call: (method, route, options) => call(url, method, route, options),
    tokenFor: (role) => {
      const token = tokens.get(role) ?? logInAsNewUser(app, url, role);
      tokens.set(role, token);
      return token;
    },
    close,
  };
}

/** The password of every user that tests make. */
export const TEST_PASSWORD = 'seven quiet herons wading';

async function logInAsNewUser(app: NestFastifyApplication, url: string, role: Role): Promise<string> {
  const username = `${role.toLowerCase()}-${randomBytes(4).toString('hex')}`;
  const email = `${username}@example.com`;
  const account = { email, emailVerified: true, username, role, password: TEST_PASSWORD };
  await app.get(UserCreationService, { strict: false }).create(account, { action: 'user.created' });
  const body = { identifier: username, password: TEST_PASSWORD };
  const answer = await call<{ accessToken: string }>(url, 'POST', '/api/v1/auth/login', { body });
  return answer.body.accessToken;
}

/** One HTTP call, whose answer has to be one that the OpenAPI document knows; objects become JSON, texts are sent as they are. */
export async function call<T>(
  url: string,
  method: string,
  route: string,
  options: CallOptions = {},
): Promise<Answer<T>> {
  const { token, apiKey, body, headers = {} } = options;
  const response = await fetch(`${url}${route}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const { status } = response;
  assertDocumented({ method, route, status, headers: response.headers, text });
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
  return {
    status,
    headers: response.headers,
    body: (isJson && text !== '' ? JSON.parse(text) : undefined) as T,
    text,
  };
}
