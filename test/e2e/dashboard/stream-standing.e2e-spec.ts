import { EventStream, type StreamOptions } from '../../support/event-stream.js';
import { exchange, newKey, newPerson, type Person } from '../../support/people.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

const ROUTE = '/api/v1/dashboard/stream?topics=metrics,tasks';

describe('the stream of the dashboard ends with what it was opened by', () => {
  let app: TestApp;
  let replica: TestApp;
  let admin: string;

  beforeAll(async () => {
    app = await startTestApp();
    replica = await startTestApp({ AGENTS_RUN_IN_PROCESS: 'false' }, app);
    admin = await app.tokenFor('ADMIN');
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
  });

  /** Takes something away at one replica; the stream of another ends within two seconds, and not before. */
  const endsBy = async (options: StreamOptions, take: () => Promise<{ status: number }>): Promise<void> => {
    const stream = await EventStream.open(`${replica.url}${ROUTE}`, options);
    let isOver = false;
    void stream.ended.then(() => (isOver = true));
    await stream.until((one) => one.of('metrics').length >= 3);
    expect(isOver).toBe(false);
    expect((await take()).status).toBeLessThan(300);
    const start = performance.now();
    expect(await stream.ended).toBe('end');
    expect(performance.now() - start).toBeLessThan(2_500);
  };
  const patch = (person: Person, body: object) => () =>
    app.call('PATCH', `/users/${person.id}`, { token: admin, body });

  it('a session that its user ends', async () => {
    const { token } = await newPerson(app, 'API_USER');
    await endsBy({ token }, () => app.call('POST', '/auth/logout', { token }));
  });

  it('a session whose user gets another role', async () => {
    const person = await newPerson(app, 'DEVELOPER');
    await endsBy({ token: person.token }, patch(person, { role: 'API_USER' }));
  });

  it('a session whose user is switched off', async () => {
    const person = await newPerson(app, 'API_USER');
    await endsBy({ token: person.token }, patch(person, { isActive: false }));
  });

  it('an API key that is revoked', async () => {
    const person = await newPerson(app, 'API_USER');
    const key = await newKey(app, person);
    await endsBy({ apiKey: key.apiKey }, () => app.call('DELETE', `/auth/api-keys/${key.id}`, { token: person.token }));
  });

  it('an API key that gets another secret', async () => {
    const person = await newPerson(app, 'API_USER');
    const key = await newKey(app, person);
    await endsBy({ apiKey: key.apiKey }, () =>
      app.call('POST', `/auth/api-keys/${key.id}/rotate`, { token: person.token }),
    );
  });

  it('a token whose key is revoked', async () => {
    const person = await newPerson(app, 'API_USER');
    const key = await newKey(app, person);
    const token = await exchange(app, key, 'API_USER');
    await endsBy({ token }, () => app.call('DELETE', `/auth/api-keys/${key.id}`, { token: person.token }));
  });

  it('and leaves the streams of others alone', async () => {
    const [leaver, stayer] = [await newPerson(app, 'API_USER'), await newPerson(app, 'API_USER')];
    const staying = await EventStream.open(`${replica.url}${ROUTE}`, { token: stayer.token });
    await endsBy({ token: leaver.token }, () => app.call('POST', '/auth/logout', { token: leaver.token }));
    const seen = staying.events.length;
    await staying.until(({ events }) => events.length > seen + 1);
    await staying.close();
  });
});
