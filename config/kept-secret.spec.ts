import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { keptSecret } from './index.js';

describe('a kept secret', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'devskyy-secret-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('is made once, for its owner alone', () => {
    const file = path.join(dir, 'key');
    const { secret, isNew } = keptSecret(file, 48);
    expect(isNew).toBe(true);
    expect(secret).toMatch(/^[\w-]{64}$/);
    expect(keptSecret(file, 48)).toEqual({ secret, isNew: false });
    expect(readFileSync(file, 'utf8').trim()).toBe(secret);
    expect(readdirSync(dir)).toEqual(['key']);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is the same and whole for processes that ask together', async () => {
    const built = path.resolve(__dirname, '../dist/config/kept-secret.js');
    // All wait for the same moment, or the slow start of a process would let them pass one after another.
    const moment = Date.now() + 1_000;
    const script = `
      import { keptSecret } from ${JSON.stringify(built)};
      while (Date.now() < ${moment});
      for (let index = 0; index < 50; index++) console.log(keptSecret(process.argv[1] + index, 24).secret);`;
    const ask = () =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, path.join(dir, 'key')]);
    const said = await Promise.all(Array.from({ length: 4 }, ask));
    const [first = '', ...others] = said.map(({ stdout }) => stdout);
    expect(
      first
        .trim()
        .split('\n')
        .filter((secret) => secret.length === 32),
    ).toHaveLength(50);
    expect(others).toEqual([first, first, first]);
  });
});
