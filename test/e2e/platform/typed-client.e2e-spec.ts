import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startTestApp, TEST_PASSWORD, type TestApp } from '../../support/test-app.js';

const ROOT = path.resolve(__dirname, '../../..');
const EXAMPLE = readFileSync(path.join(ROOT, 'docs/examples/client.ts'), 'utf8');
const TSC = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck', '--types', 'node'];

/** The example of docs/client.md, in a project of its own as a frontend team has it. */
describe('a typed client', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'devskyy-client-'));
  let app: TestApp;

  const run = async (script: string, ...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], { cwd: dir });
    return stdout;
  };
  const bin = (script: string): string => path.join(ROOT, 'node_modules', script);

  beforeAll(async () => {
    app = await startTestApp();
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(dir, 'node_modules'));
    writeFileSync(path.join(dir, 'package.json'), '{"type":"module"}');
    writeFileSync(path.join(dir, 'client.ts'), EXAMPLE);
    await run(bin('openapi-typescript/bin/cli.js'), path.join(ROOT, 'docs/generated/openapi.json'), '-o', 'api.d.ts');
  });
  afterAll(async () => {
    rmSync(dir, { recursive: true, force: true });
    await app.close();
  });

  it('is made of the document, compiles and works', async () => {
    const { body: me } = await app.call<{ username: string }>('GET', '/api/v1/auth/me', {
      token: await app.tokenFor('ADMIN'),
    });
    await run(bin('typescript/bin/tsc'), ...TSC, 'client.ts');
    const printed = await run('client.js', app.url, me.username, TEST_PASSWORD);
    expect(printed.trim().split('\n')).toEqual(['order-1001: 19.99 EUR', 'HTTP.INVALID_ID']);
  }, 60_000);

  it('does not compile with a field or a path that is not there', async () => {
    for (const [right, wrong] of [
      ["currency: 'EUR'", "curency: 'EUR'"],
      ['/finance/transactions/record', '/finance/transactions/recrd'],
    ] as const) {
      expect(EXAMPLE).toContain(right);
      writeFileSync(path.join(dir, 'wrong.ts'), EXAMPLE.replace(right, wrong));
      await expect(run(bin('typescript/bin/tsc'), ...TSC, '--noEmit', 'wrong.ts')).rejects.toThrow();
    }
  }, 60_000);
});
