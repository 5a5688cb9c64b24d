import { startTestApp, type TestApp } from '../support/test-app.js';

describe('authentication of requests at the same time', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('gives each request its own caller', async () => {
    const roles = ['READ_ONLY', 'API_USER', 'DEVELOPER', 'ADMIN'] as const;
    const tokens = await Promise.all(roles.map((role) => app.tokenFor(role)));
    const asked = Array.from({ length: 40 }, (_, i) => i % roles.length);
    const answers = await Promise.all(
      asked.map((i) => app.call<{ role: string }>('GET', '/auth/me', { token: tokens[i] ?? '' })),
    );
    expect(answers.map(({ body }) => body.role)).toEqual(asked.map((i) => roles[i]));
  });
});
