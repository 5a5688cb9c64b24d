import { newPerson } from '../../support/people.js';
import { startTestApp, TEST_PASSWORD, type TestApp } from '../../support/test-app.js';

/** The limits as they are by default. */
const STRICT = { AUTH_RATE_LIMIT_MAX: '5', RATE_LIMIT_MAX: '100', TRUST_PROXY: '1' };

describe('doors of strangers', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ ...STRICT, AUTH_REGISTRATION: 'closed' });
  });
  afterAll(() => app.close());

  let network = 0;
  const from = (headers: Record<string, string>) => (route: string, body: object) =>
    app.call<{ code?: string; refreshToken: string; accessToken: string }>('POST', `/api/v1/auth/${route}`, {
      body,
      headers,
    });
  const elsewhere = () => from({ 'x-forwarded-for': `203.0.113.${++network}` });
  const session = async (): Promise<string> => {
    const { username } = await person();
    return (await elsewhere()('login', { identifier: username, password: TEST_PASSWORD })).body.refreshToken;
  };
  const person = async (): Promise<{ username: string }> => {
    const { token } = await newPerson(app, 'READ_ONLY', { 'x-forwarded-for': `198.51.100.${++network}` });
    return (await app.call<{ username: string }>('GET', '/api/v1/auth/me', { token })).body;
  };

  it('say that they are closed, however often somebody knocked', async () => {
    const call = elsewhere();
    for (let i = 0; i < 6; i++) await call('login', { identifier: 'nobody', password: 'x' });
    expect((await call('login', { identifier: 'nobody', password: 'x' })).status).toBe(429);
    const account = { email: 'a@example.com', username: 'abc', password: TEST_PASSWORD };
    for (const body of [account, {}]) {
      const { status, headers, body: problem } = await call('register', body);
      expect({ status, ...problem }).toMatchObject({ status: 403, code: 'AUTH.REGISTRATION_CLOSED' });
      expect(problem).toHaveProperty('correlationId');
      expect(headers.get('x-request-id')).toBeTruthy();
    }
    const plain = await app.call('POST', '/auth/register', { body: account });
    expect(plain.body).toMatchObject({ code: 'AUTH.REGISTRATION_CLOSED' });
  });

  it('count refreshes by session: a page that is loaded often, and a network of many', async () => {
    const call = elsewhere();
    let token = await session();
    for (let i = 0; i < 15; i++) {
      const { status, headers, body } = await call('refresh', { refreshToken: token });
      expect([status, headers.get('x-ratelimit-remaining')]).toEqual([200, String(99 - i)]);
      token = body.refreshToken;
    }
    const sessions = await Promise.all(Array.from({ length: 12 }, session));
    for (const refreshToken of sessions) expect((await call('refresh', { refreshToken })).status).toBe(200);
  });

  it('count refreshes by session in cookies too', async () => {
    const { username } = await person();
    const cookieMode = { 'x-auth-mode': 'cookie', 'x-csrf': '1', 'sec-fetch-site': 'same-origin' };
    const address = { 'x-forwarded-for': `203.0.113.${++network}` };
    let answer = await from({ ...cookieMode, ...address })('login', { identifier: username, password: TEST_PASSWORD });
    for (let i = 0; i < 12; i++) {
      const cookie = /__Host-refresh=[^;]+/.exec(answer.headers.get('set-cookie') ?? '')?.[0] ?? '';
      answer = await from({ ...cookieMode, ...address, cookie })('refresh', {});
      expect(answer.status).toBe(200);
    }
  });

  it('count forged refresh tokens by network, and let genuine ones pass until there are far too many', async () => {
    const call = elsewhere();
    let genuine = await session();
    const [middle] = [genuine.slice(0, -4)];
    const statuses: number[] = [];
    for (let i = 0; i < 20; i++) {
      const forged = i % 2 ? `${middle}AAAA` : `invented${i}`;
      statuses.push((await call('refresh', { refreshToken: forged })).status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), ...Array<number>(10).fill(429)]);
    const passed = await call('refresh', { refreshToken: genuine });
    expect(passed.status).toBe(200);
    genuine = passed.body.refreshToken;
    await Promise.all(Array.from({ length: 90 }, () => call('refresh', { refreshToken: 'invented' })));
    expect((await call('refresh', { refreshToken: genuine })).status).toBe(429);
    expect((await elsewhere()('refresh', { refreshToken: genuine })).status).toBe(200);
  });
});
