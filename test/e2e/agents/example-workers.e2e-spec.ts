import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { transpile } from 'typescript';
import { AgentTasks } from '../../support/agent-tasks.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

const EXAMPLES = path.resolve(__dirname, '../../../docs/examples');
const hasPython = spawnSync('python3', ['--version']).status === 0;

/** The workers that the documentation shows, as they stand there, against the service. */
describe('the example workers', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  let apiKey: string;
  let dir: string;

  beforeAll(async () => {
    app = await startTestApp();
    tasks = await AgentTasks.on(app);
    const answer = await app.call<{ key: string }>('POST', '/auth/api-keys', {
      token: tasks.user,
      body: { name: 'w' },
    });
    apiKey = answer.body.key;
    dir = await mkdtemp(path.join(tmpdir(), 'devskyy-worker-'));
  });
  afterAll(async () => {
    await app.close();
    await rm(dir, { recursive: true, force: true });
  });

  const started = {
    'worker.ts': async () => {
      const source = await readFile(path.join(EXAMPLES, 'worker.ts'), 'utf8');
      const script = path.join(dir, 'worker.mjs');
      await writeFile(script, transpile(source, { target: 9, module: 99 }));
      return [process.execPath, script] as const;
    },
    'worker.py': () => Promise.resolve(['python3', path.join(EXAMPLES, 'worker.py')] as const),
  };
  const names = ['worker.ts', ...(hasPython ? ['worker.py'] : [])] as (keyof typeof started)[];

  it.each(names)('%s does tasks, fails what it cannot do, and stops when told', async (name) => {
    const slug = await tasks.agent({ kind: 'worker' });
    const [command, script] = await started[name]();
    const env = { PATH: process.env['PATH'], DEVSKYY_URL: app.url, DEVSKYY_API_KEY: apiKey, DEVSKYY_AGENT: slug };
    const worker: ChildProcess = spawn(command, [script], { env, stdio: ['ignore', 'inherit', 'inherit'] });
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    try {
      const first = await tasks.execute(slug, { parameters: { numbers: [1, 2, 3] } }, '?wait=30');
      expect(first.body).toMatchObject({ state: 'succeeded', output: { sum: 6 } });
      const bad = await tasks.execute(slug, { parameters: { numbers: 'x' } }, '?wait=30');
      expect(bad.body).toMatchObject({ state: 'dead', error: { code: 'AGENT.EXECUTION_FAILED' } });
      const second = await tasks.execute(slug, { parameters: { numbers: [4], takesMs: 50 } }, '?wait=30');
      expect(second.body).toMatchObject({ output: { sum: 4 } });
    } finally {
      worker.kill('SIGTERM');
      await ended;
    }
    expect(worker.exitCode).toBe(0);
  });

  it('are short', async () => {
    for (const name of Object.keys(started)) {
      const lines = (await readFile(path.join(EXAMPLES, name), 'utf8')).trimEnd().split('\n');
      expect(lines.length).toBeLessThanOrEqual(60);
    }
  });
});
