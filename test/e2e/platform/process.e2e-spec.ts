import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BOOTSTRAP_PASSWORD, type ServiceProcess, startService } from '../../support/service-process.js';
import { call } from '../../support/test-app.js';

const ROOT = path.resolve(__dirname, '../../..');

describe('the service as a process', () => {
  let service: ServiceProcess | undefined;
  afterEach(async () => {
    await service?.dispose();
    service = undefined;
  });

  const logIn = async (url: string): Promise<string> => {
    const body = { identifier: 'root', password: BOOTSTRAP_PASSWORD };
    const answer = await call<{ accessToken: string }>(url, 'POST', '/auth/login', { body });
    return answer.body.accessToken;
  };

  it('finishes requests in flight on SIGTERM and ends with 0', async () => {
    service = await startService({ env: { ARGON2_MEMORY_KIB: '65536', ARGON2_PASSES: '6', RATE_LIMIT_MAX: '100000' } });
    const { url, child, ended } = service;
    const token = await logIn(url);
    const outcomes = { answered: 0, refused: 0, failed: [] as string[] };
    let isStopping = false;
    // Logins take a second or so of hashing: they are certainly in flight when the signal comes.
    const slow = Promise.all(Array.from({ length: 4 }, () => logIn(url)));
    const load = Array.from({ length: 8 }, async () => {
      while (!isStopping) {
        try {
          const { status } = await call(url, 'GET', '/auth/me', { token });
          if (status === 200) outcomes.answered += 1;
          else outcomes.failed.push(String(status));
        } catch (error) {
          const code = (error as { cause?: { code?: string } }).cause?.code ?? String(error);
          // Once the port is closed new connections are refused; an accepted request must have been answered.
          if (code === 'ECONNREFUSED' || code === 'UND_ERR_SOCKET' || code === 'ECONNRESET') outcomes.refused += 1;
          else outcomes.failed.push(code);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill('SIGTERM');
    const tokens = await slow;
    expect(tokens.every((value) => value.length > 100)).toBe(true);
    expect(await ended).toBe(0);
    isStopping = true;
    await Promise.all(load);
    expect(outcomes.answered).toBeGreaterThan(0);
    expect(outcomes.failed).toEqual([]);
  });

  it.each(['api', 'worker'] as const)('lets nobody else read what it writes: %s', async (app) => {
    service = await startService({ app, env: { LOG_ENABLE_FILE: 'true', LOG_DIR: 'logs' } });
    const { dir } = service;
    const open = readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .map((name) => ({ name, mode: statSync(path.join(dir, name)).mode & 0o077 }))
      .filter(({ name, mode }) => mode !== 0 && !name.includes('postgres-'));
    expect(open).toEqual([]);
    expect(readdirSync(path.join(dir, 'logs')).length).toBeGreaterThan(0);
  });

  it('closes connections that dawdle', async () => {
    service = await startService({ env: { HEADERS_TIMEOUT_SECONDS: '1' } });
    const { hostname, port } = new URL(service.url);
    const closedAfter = await new Promise<number>((resolve, reject) => {
      const start = Date.now();
      const socket = connect(Number(port), hostname, () => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n'));
      const drip = setInterval(() => socket.write('X: y\r\n'), 200);
      socket.resume();
      socket.on('error', () => undefined);
      socket.once('close', () => {
        clearInterval(drip);
        resolve(Date.now() - start);
      });
      setTimeout(() => reject(new Error('still open after 10 s')), 10_000).unref();
    });
    expect(closedAfter).toBeLessThan(6_000);
    expect((await call(service.url, 'GET', '/health')).status).toBe(200);
  });

  it.each(['api', 'worker'] as const)('outlives its terminal: %s', async (app) => {
    service = await startService({
      app,
      env: { LOG_ENABLE_FILE: 'true', LOG_DIR: 'logs', LOG_LEVEL: 'DEBUG' },
    });
    const { url, child, dir, ended } = service;
    child.stdout?.destroy();
    child.stderr?.destroy();
    const statuses: number[] = [];
    for (let n = 0; n < 5; n++) {
      statuses.push((await call(url, 'GET', '/no-such-route')).status);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(statuses).toEqual(Array.from({ length: 5 }, () => 404));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    const log = readFileSync(path.join(dir, 'logs/devskyy.log'), 'utf8');
    expect(log.match(/"route":"unmatched"/g)).toHaveLength(5);
  });

  it('finds its port taken before it makes the first administrator', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      await expect(startService({ env: { PORT: String(port) } })).rejects.toThrow(`Port ${port} of 127.0.0.1 is taken`);
    } finally {
      other.close();
    }
  });

  it('says where the password of the first administrator is, and has put it there before it opens its port', async () => {
    service = await startService({ env: { BOOTSTRAP_ADMIN_EMAIL: '', BOOTSTRAP_ADMIN_PASSWORD: '' } });
    const { dir, output, url } = service;
    const kept = JSON.parse(readFileSync(path.join(dir, '.data/first-admin.json'), 'utf8')) as Record<string, string>;
    const body = { identifier: kept['username'], password: kept['password'] };
    expect((await call(url, 'POST', '/auth/login', { body })).status).toBe(200);
    expect(output()).toContain(
      `\n  First administrator: admin\n  Password:            ${kept['password']}\n  Kept until changed:  .data/first-admin.json\n`,
    );
    // Where the port is taken after all, the file is what is left of the password.
    expect(output().indexOf('Made the first administrator')).toBeLessThan(output().indexOf('Ready at'));
  });

  it('ends at once on a second signal', async () => {
    service = await startService({ env: { SHUTDOWN_DELAY_SECONDS: '60' } });
    const { url, child, ended } = service;
    child.kill('SIGTERM');
    const draining = async (): Promise<void> => {
      while ((await call(url, 'GET', '/health/ready')).status !== 503);
    };
    await draining();
    expect((await call(url, 'GET', '/health/live')).headers.get('connection')).toBe('close');
    child.kill('SIGTERM');
    expect(await ended).toBe(1);
  });

  it('stops its embedded PostgreSQL on a second signal too', async () => {
    service = await startService({ databaseUrl: '', env: { SHUTDOWN_DELAY_SECONDS: '60' } });
    const { url, child, dir, ended } = service;
    const lock = path.join(dir, '.data/postgres-18/postmaster.pid');
    expect(existsSync(lock)).toBe(true);
    child.kill('SIGTERM');
    while ((await call(url, 'GET', '/health/ready')).status !== 503);
    child.kill('SIGTERM');
    expect(await ended).toBe(1);
    // It removes the file when it has ended.
    const deadline = Date.now() + 15_000;
    while (existsSync(lock) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(existsSync(lock)).toBe(false);
  }, 60_000);

  it('has a command line that a script can read', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'devskyy-cli-'));
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [path.join(ROOT, 'dist/apps/cli/src/main.js'), ...args], {
        env: { PATH: process.env['PATH'] ?? '', REDIS_URL: 'redis://user:sesame@redis:6379/0' },
        encoding: 'utf8',
        cwd: dir,
      });
    const { stdout, status } = run('config');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ redis: { url: 'redis://user:***@redis:6379/0' } });
    expect(readdirSync(dir)).toEqual([]);
    expect(run('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(run('migrate', '--help').stdout).toContain('devskyy migrate [--down N]');
    const { status: misused, stderr, stdout: nothing } = run('migrat');
    expect({ misused, nothing, stderr: stderr.trim() }).toEqual({
      misused: 64,
      nothing: '',
      stderr: 'There is no command `migrat`. Did you mean `migrate`? `devskyy help` names them all.',
    });
    expect(run('nonsense').stderr).toBe('There is no command `nonsense`. `devskyy help` names them all.\n');
    expect([run('help').status, run('migrate', '--nonsense').status]).toEqual([0, 64]);
  }, 60_000);

  it('names every wrong setting and ends with 78', () => {
    const { status, stderr } = spawnSync(process.execPath, [path.join(ROOT, 'dist/apps/api/src/main.js')], {
      env: { PATH: process.env['PATH'] ?? '', ENVIRONMENT: 'production', PORT: 'x', CORS_ORIGINS: '*' },
      encoding: 'utf8',
      cwd: '/',
    });
    expect(status).toBe(78);
    for (const name of ['SECRET_KEY', 'DATABASE_URL', 'PORT', 'CORS_ORIGINS']) expect(stderr).toContain(name);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('serves its documentation, and the committed documents are up to date', async () => {
    service = await startService({ env: { PUBLIC_URL: 'https://ops.example.com/backend' } });
    const page = await fetch(`${service.url}/docs`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(await page.text()).toContain('swagger-ui');
    const document = await call<{ openapi: string; servers: object[] }>(service.url, 'GET', '/docs/openapi.json');
    expect(document.body.openapi).toMatch(/^3\.1/);
    expect(document.body.servers).toEqual([{ url: 'https://ops.example.com/backend' }]);
    const { status, stdout } = spawnSync(process.execPath, ['dist/apps/cli/src/main.js', 'generate', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect({ status, stdout: stdout.trim() }).toEqual({ status: 0, stdout: 'Up to date' });
  });

  it('lists every metric that it has', async () => {
    service = await startService();
    await call(service.url, 'GET', '/no-such-route');
    const { text } = await call(service.url, 'GET', '/metrics');
    const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
    const live = [...text.matchAll(/^# HELP (devskyy_\S+) (.*)$/gm)].map(([, name = '', help = '']) => ({
      name,
      type: types.get(name),
      help,
    }));
    const reference = readFileSync(path.join(ROOT, 'docs/generated/metrics.md'), 'utf8');
    const listed = [...reference.matchAll(/^\| `(\S+)` \| (\w+) \| (.*?) \| (.*) \|$/gm)].map(
      ([, name = '', type, labels = '', help]) => ({ name, type, labels, help }),
    );
    expect(listed.map(({ name, type, help }) => ({ name, type, help }))).toEqual(
      live.sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
    for (const [, sample = '', inBraces = ''] of text.matchAll(/^(devskyy_\w+)\{(.*?)\} /gm)) {
      const found = listed.find(({ name }) => sample.replace(/_(bucket|sum|count)$/, '') === name || sample === name);
      const labels = [...inBraces.matchAll(/(\w+)="/g)].map(([, label]) => label).filter((label) => label !== 'le');
      for (const label of labels)
        expect([sample, found?.labels]).toEqual([sample, expect.stringContaining(`\`${label}\``)]);
    }
  });

  it('keeps secrets out of its log', async () => {
    service = await startService({ env: { LOG_LEVEL: 'DEBUG', LOG_FORMAT: 'json' } });
    const token = await logIn(service.url);
    await call(service.url, 'GET', '/auth/me?password=canary-in-query', { token });
    await call(service.url, 'POST', '/auth/login', {
      body: { identifier: 'x\r\nforged line', password: 'canary-password' },
    });
    await call(service.url, 'GET', '/auth/me', { token: `${token.slice(0, -3)}abc` });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const output = service.output();
    expect(output).not.toMatch(/canary|eyJhbGciOi|nine patient/);
    const lines = output
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    const access = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line['logger'] === 'access');
    expect(access.length).toBeGreaterThanOrEqual(4);
    expect(access[0]).toMatchObject({
      level: 'info',
      method: 'POST',
      route: '/api/v1/auth/login',
      status: 200,
      service: 'devskyy',
      environment: 'testing',
      correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });
});
