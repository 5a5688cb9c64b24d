import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EnvironmentConfig, SecurityConfig, ServerConfig } from '#config';
import { Database } from '#platform/database';
import { AppLogger } from '#platform/observability';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';
import { UserRepository } from '../identities/user.repository.js';
import { PasswordHashingService } from '../passwords/password-hashing.service.js';
import { type FirstAdmin, FirstAdminService } from './first-admin.service.js';
import { UserCreationService } from './user-creation.service.js';

describe('the first administrator', () => {
  let app: TestApp;
  let file: string;

  beforeEach(async () => {
    app = await startTestApp();
    file = path.join(app.config.server.dataDir, 'first-admin.json');
  });
  afterEach(() => app.close());

  /** As the next start does. */
  const ensure = (environment: EnvironmentConfig = app.config.environment): Promise<FirstAdmin | undefined> =>
    new FirstAdminService(
      app.get(UserRepository),
      app.get(UserCreationService),
      app.get(PasswordHashingService),
      app.get(Database),
      app.get(SecurityConfig),
      environment,
      app.get(AppLogger),
      app.get(ServerConfig),
    ).ensure();
  const inProduction = (): EnvironmentConfig =>
    Object.assign(Object.create(EnvironmentConfig.prototype) as EnvironmentConfig, app.config.environment, {
      name: 'production',
    });
  const kept = (): { username: string; password: string } =>
    JSON.parse(readFileSync(file, 'utf8')) as { username: string; password: string };
  const logIn = (identifier: string, password: string) =>
    app.call<{ accessToken: string }>('POST', '/auth/login', { body: { identifier, password } });

  it('has a password that is kept, for the owner of the process alone', async () => {
    const admin = await ensure();
    expect(admin).toEqual({ email: 'admin@devskyy.local', username: 'admin', password: admin?.password, keptIn: file });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(kept()).toEqual({ email: 'admin@devskyy.local', username: 'admin', password: admin?.password });
    expect((await logIn(kept().username, kept().password)).status).toBe(200);
    // The next start says where it is, and no more.
    expect(await ensure()).toEqual({ email: 'admin@devskyy.local', username: 'admin', keptIn: file });
  });

  it('has it kept until it was changed', async () => {
    await ensure();
    const { username, password } = kept();
    const { accessToken: token } = (await logIn(username, password)).body;
    const body = { currentPassword: password, newPassword: 'nine brown owls at noon' };
    expect((await app.call('POST', '/auth/password/change', { token, body })).status).toBe(200);
    expect(await ensure()).toBeUndefined();
    expect(existsSync(file)).toBe(false);
  });

  it('has the password of the one that was made, where several start at once', async () => {
    await Promise.all([ensure(), ensure(), ensure()]);
    const { username, password } = kept();
    expect((await logIn(username, password)).status).toBe(200);
  });

  it('leaves alone what is kept of another database', async () => {
    await app.tokenFor('SUPER_ADMIN');
    writeFileSync(file, JSON.stringify({ email: 'other@example.com', username: 'other', password: 'x' }));
    expect(await ensure()).toBeUndefined();
    expect(existsSync(file)).toBe(true);
  });

  it('is not made in production, and nothing is kept', async () => {
    expect(await ensure(inProduction())).toBeUndefined();
    expect(existsSync(file)).toBe(false);
    expect((await logIn('admin', 'x')).status).toBe(401);
    // Nor is what was kept before shown there.
    await ensure();
    expect(await ensure(inProduction())).toBeUndefined();
  });
});
