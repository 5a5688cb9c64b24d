import { buildOpenApi } from '../../apps/api/src/openapi/openapi.js';
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
    const head = await app.call('HEAD', route);
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('answers HEAD wherever it answers GET, with the same head', async () => {
    const token = await app.tokenFor('SUPER_ADMIN');
    const document = buildOpenApi(app.app);
    const routes = Object.entries(document.paths).filter(([, item]) => 'get' in item);
    for (const [path] of routes) {
      // A stream that is let in goes on for ever.
      const query = path.endsWith('/stream') ? '?topics=none' : '';
      const route = `${path.replace(/\{\w+\}/g, '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00')}${query}`;
      const [get, head] = await Promise.all([app.call('GET', route, { token }), app.call('HEAD', route, { token })]);
      const type = (answer: typeof get): string | null => answer.headers.get('content-type');
      expect([route, head.status, type(head), head.text]).toEqual([route, get.status, type(get), '']);
    }
    expect(routes.length).toBeGreaterThan(40);
  });
});
