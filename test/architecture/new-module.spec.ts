import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');

/** What is made by others, or only in the way. */
const LEFT_OUT = new Set(['node_modules', '.git', 'dist', 'coverage', '.data', 'logs', 'artifacts']);

/** Builds too, as the database of the specs is migrated by what is built. */
const TYPES = ['typescript/bin/tsc', '--incremental', 'false'];

/** What else `npm test` looks at in a new domain. */
const MADE = ['libs/inventory', 'test/e2e/inventory', 'apps/api/src/api.module.ts', 'apps/api/src/openapi/openapi.ts'];
const CHECKS = [
  ['eslint/bin/eslint.js', ...MADE],
  ['prettier/bin/prettier.cjs', '--check', ...MADE, 'domains.json', 'libs/platform/database/src/migrations'],
  ['jest/bin/jest.js', 'test/architecture/architecture.spec.ts', 'inventory'],
];

describe('npm run new:module', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'devskyy-module-'));
    for (const name of readdirSync(ROOT).filter((entry) => !LEFT_OUT.has(entry)))
      cpSync(path.join(ROOT, name), path.join(dir, name), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(dir, 'node_modules'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('makes a domain that passes every check', async () => {
    expect(await run('scripts/new-module.mjs', 'inventory', 'batch')).toMatchObject({ status: 0 });
    const check = async ([script = '', ...args]: string[]) => run(path.join('node_modules', script), ...args);
    const outcomes = [await check(TYPES), ...(await Promise.all(CHECKS.map(check)))];
    expect(outcomes.filter(({ status }) => status !== 0)).toEqual([]);
  }, 180_000);

  it.each([[], ['inventory'], ['Inventory'], ['config'], ['stock', 'two words']])('refuses %j', async (...args) => {
    expect(await run('scripts/new-module.mjs', ...args)).toMatchObject({ status: 64 });
  });

  function run(script: string, ...args: string[]): Promise<{ status: number | null; output: string }> {
    // A run of Jest within this one starts a database of its own.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEST_')));
    const child = spawn(process.execPath, [script, ...args], { cwd: dir, env });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return new Promise((resolve) => child.once('close', (status) => resolve({ status, output })));
  }
});
