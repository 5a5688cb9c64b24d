import { startTestApp, type TestApp } from '../support/test-app.js';

describe('health', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it.each(['/health', '/health/live', '/health/ready', '/health/startup', '/metrics'])('answers %s', async (route) => {
    const { status } = await app.call('GET', route);
    expect(status).toBe(200);
  });
});
