import { randomBytes } from 'node:crypto';
import { UserCreationService } from '#auth';
import type { Role } from '#platform/kernel';
import { type CallOptions, TEST_PASSWORD, type TestApp } from './test-app.js';

/** By what a test calls: a token, a key, or nothing. */
export type Credentials = Pick<CallOptions, 'token' | 'apiKey'>;

/** A user of a test with a login session. */
export interface Person {
  readonly id: string;
  readonly token: string;
}

/** Makes a user of this role, another one each time, and logs him in. @param headers of the login */
export async function newPerson(app: TestApp, role: Role, headers: Record<string, string> = {}): Promise<Person> {
  const username = `${role.toLowerCase()}-${randomBytes(4).toString('hex')}`;
  const account = { email: `${username}@example.com`, username, role, password: TEST_PASSWORD };
  const { id } = await app.get(UserCreationService).create(account, { action: 'user.created' });
  const { body } = await app.call<{ accessToken: string }>('POST', '/auth/login', {
    body: { identifier: username, password: TEST_PASSWORD },
    headers,
  });
  return { id, token: body.accessToken };
}

/** Makes a key of a user. */
export async function newKey(
  app: TestApp,
  { token }: Person,
  settings: { role?: Role; agents?: string[] } = {},
): Promise<{ id: string; apiKey: string }> {
  const body = { name: 'test', ...settings };
  const answer = await app.call<{ id: string; key: string }>('POST', '/auth/api-keys', { token, body });
  if (answer.status !== 201) throw new Error(`Key not made: ${answer.text}`);
  return { id: answer.body.id, apiKey: answer.body.key };
}

/** Exchanges a key for an access token of this role. */
export async function exchange(app: TestApp, key: { id: string; apiKey: string }, scope: Role): Promise<string> {
  const { body } = await app.call<{ access_token: string }>('POST', '/oauth/token', {
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${key.id}:${key.apiKey}`).toString('base64')}`,
    },
  });
  return body.access_token;
}
