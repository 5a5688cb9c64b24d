import { buildOpenApi } from '../../../apps/api/src/openapi/openapi.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: { $ref?: string } }>> };
}

const SOME_ID = '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00';

describe('a body that is null', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('is refused by every route that describes one, before anything is looked up', async () => {
    const token = await app.tokenFor('SUPER_ADMIN');
    const document = buildOpenApi(app.app);
    const asked: string[] = [];
    const others: [string, number][] = [];
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(item as Record<string, Operation>)) {
        if (operation.requestBody?.content['application/json']?.schema.$ref === undefined) continue;
        const route = path.replace(/\{\w+\}/g, SOME_ID);
        const { status, text } = await app.call(method.toUpperCase(), route, { token, body: 'null' });
        asked.push(operation.operationId);
        if (status !== 422 || !text.includes('object is expected')) others.push([operation.operationId, status]);
      }
    }
    expect(asked).toEqual(expect.arrayContaining(['executeAgent', 'redriveTasks', 'updateAgent', 'updateMe']));
    expect(others).toEqual([]);
  });

  it('is not one that is missing, where everything in it may be', async () => {
    const token = await app.tokenFor('SUPER_ADMIN');
    expect((await app.call('POST', '/tasks/redrive', { token })).status).toBe(200);
    expect((await app.call('POST', '/tasks/redrive', { token, body: {} })).status).toBe(200);
  });
});
