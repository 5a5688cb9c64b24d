import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');

/** Every test file by the name that the page has for it: `auth/login`, `totp`. */
function testFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const dir of ['libs', 'config', 'test']) {
    for (const entry of readdirSync(path.join(ROOT, dir), { recursive: true, encoding: 'utf8' })) {
      const name = /^(.*)\.(e2e-spec|int-spec|spec)\.ts$/.exec(entry.replaceAll('\\', '/'))?.[1];
      if (name === undefined) continue;
      const file = path.join(ROOT, dir, entry);
      files.set(
        dir === 'test' ? name.replace(/^(e2e|integration)\//, '') : path.basename(name).replace(/\.\w+$/, ''),
        file,
      );
    }
  }
  return files;
}

describe('docs/security.md', () => {
  const page = readFileSync(path.join(ROOT, 'docs/security.md'), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (id|what) +\|/.test(line) && !line.startsWith('| -'));
  const files = testFiles();

  it('names for each row the tests that show it, or says that it is to be read', () => {
    const unshown = rows.filter((row) => !/`[\w/-]+`: "[^"]+"/.test(row) && !row.includes('by reading `'));
    expect(rows.length).toBeGreaterThan(40);
    expect(unshown).toEqual([]);
  });

  it('names tests that exist', () => {
    const missing: string[] = [];
    for (const [, name = '', title = ''] of page.matchAll(/`([\w/-]+)`: "([^"]+)"/g)) {
      const file = files.get(name);
      const isThere = file !== undefined && existsSync(file) && readFileSync(file, 'utf8').includes(`'${title}'`);
      if (!isThere) missing.push(`${name}: ${title}`);
    }
    expect(missing).toEqual([]);
  });
});
