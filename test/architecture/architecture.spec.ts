import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const DOMAINS = ['auth', 'finance', 'agents', 'errors', 'dashboard'];

/** One file that breaks one rule, and the rule that must catch it. */
const PLANTED: { rule: string; file: string; content: string; also?: Record<string, string> }[] = [
  {
    rule: 'no-circular',
    file: 'libs/finance/src/domain/a.ts',
    content: `import { b } from './b.js';\nexport const a = () => b;\n`,
    also: { 'libs/finance/src/domain/b.ts': `import { a } from './a.js';\nexport const b = () => a;\n` },
  },
  { rule: 'config-is-the-floor', file: 'config/bad.ts', content: `import '#platform/kernel';\n` },
  {
    rule: 'platform-knows-no-domain',
    file: 'libs/platform/http/src/bad.ts',
    content: `import type {} from '#finance';\n`,
  },
  { rule: 'kernel-is-pure', file: 'libs/platform/kernel/src/bad.ts', content: `import '@nestjs/common';\n` },
  {
    rule: 'domains-stand-apart',
    file: 'libs/finance/src/application/bad.ts',
    content: `import type {} from '#auth';\n`,
  },
  { rule: 'libs-know-no-app', file: 'libs/finance/src/bad.ts', content: `import '../../../apps/api/src/index.js';\n` },
  {
    rule: 'front-door-of-platform',
    file: 'libs/finance/src/application/bad.ts',
    content: `import '../../../platform/kernel/src/secret.js';\n`,
  },
  {
    rule: 'front-door-between-platform-libs',
    file: 'libs/platform/http/src/bad.ts',
    content: `import '../../kernel/src/secret.js';\n`,
  },
  {
    rule: 'front-door-of-domain',
    file: 'apps/api/src/bad.ts',
    content: `import type {} from '../../../libs/finance/src/secret.js';\n`,
  },
  {
    rule: 'front-door-between-domains',
    file: 'libs/dashboard/src/application/bad.ts',
    content: `import '../../../finance/src/secret.js';\n`,
  },
  { rule: 'domain-is-plain', file: 'libs/finance/src/domain/bad.ts', content: `import 'typeorm';\n` },
  {
    rule: 'application-below-api',
    file: 'libs/finance/src/application/bad.ts',
    content: `import '../api/door.js';\n`,
    also: { 'libs/finance/src/api/door.ts': 'export {};\n' },
  },
  {
    rule: 'infrastructure-below-application',
    file: 'libs/finance/src/infrastructure/bad.ts',
    content: `import '../application/service.js';\n`,
    also: { 'libs/finance/src/application/service.ts': 'export {};\n' },
  },
  {
    rule: 'controllers-translate',
    file: 'libs/finance/src/api/bad.ts',
    content: `import '../infrastructure/repository.js';\n`,
    also: { 'libs/finance/src/infrastructure/repository.ts': 'export {};\n' },
  },
  { rule: 'sql-stays-in-infrastructure', file: 'libs/finance/src/application/bad.ts', content: `import 'pg';\n` },
  { rule: 'http-stays-at-the-edge', file: 'libs/finance/src/application/bad.ts', content: `import 'fastify';\n` },
  {
    rule: 'migrations-stand-alone',
    file: 'libs/platform/database/src/migrations/1-bad.ts',
    content: `import '#config';\n`,
  },
];

describe('the architecture test', () => {
  it('holds for the whole tree', () => {
    const { status, stdout } = cruise(ROOT, ['apps', 'libs', 'config']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('no dependency violations') });
  });

  it('has a planted violation for every rule', () => {
    const configuration = readFileSync(path.join(ROOT, '.dependency-cruiser.cjs'), 'utf8');
    const rules = [...configuration.matchAll(/name: '([a-z-]+)'/g)].map(([, name]) => name);
    expect(PLANTED.map(({ rule }) => rule).sort()).toEqual(rules.sort());
  });

  it.each(PLANTED)('catches a violation of $rule', ({ rule, file, content, also = {} }) => {
    const dir = plantedTree({ [file]: content, ...also });
    try {
      const { status, stdout } = cruise(dir, ['apps', 'libs', 'config']);
      expect(status).not.toBe(0);
      expect(stdout).toContain(`error ${rule}:`);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

describe('the house rules', () => {
  const files = ['apps', 'libs', 'config']
    .flatMap((dir) =>
      readdirSync(path.join(ROOT, dir), { recursive: true, encoding: 'utf8' }).map((name) => `${dir}/${name}`),
    )
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file, text: readFileSync(path.join(ROOT, file), 'utf8') }));
  const offenders = (pattern: RegExp, within: RegExp = /./): string[] =>
    files.filter(({ file, text }) => within.test(file) && pattern.test(text)).map(({ file }) => file);

  it('reads process.env in config/ only', () => {
    expect(offenders(/process\.env\b/, /^(apps|libs)\//)).toEqual([]);
  });

  it('has no export *, forwardRef, any or silenced check', () => {
    expect(offenders(/export \*/)).toEqual([]);
    expect(offenders(/forwardRef\(/)).toEqual([]);
    expect(offenders(/(:|<|\bas) any\b/)).toEqual([]);
    expect(offenders(/eslint-disable|@ts-ignore|@ts-nocheck|@ts-expect-error/)).toEqual([]);
  });

  it('has no focused, skipped or unfinished work', () => {
    expect(offenders(/\b(it|describe|test)\.(only|skip)\(|\bx(it|describe)\(/)).toEqual([]);
    expect(offenders(/\b(TODO|FIXME|XXX)\b|not implemented/i)).toEqual([]);
  });

  it('has four rooms in every domain, and none of the junk drawers', () => {
    const rooms = files
      .map(({ file }) => /^libs\/(\w+)\/src\/(\w+)\//.exec(file))
      .filter((match) => match !== null && DOMAINS.includes(match[1] ?? ''))
      .map((match) => match?.[2] ?? '');
    expect([...new Set(rooms)].sort()).toEqual(['api', 'application', 'domain', 'infrastructure']);
    expect(files.filter(({ file }) => /\/(utils?|common|helpers?|shared)(\/|\.ts$)/.test(file))).toEqual([]);
  });

  it('keeps files short enough to read', () => {
    const long = files.filter(
      ({ file, text }) => !/spec\.ts$|migrations\//.test(file) && text.split('\n').length > 400,
    );
    expect(long.map(({ file }) => file)).toEqual([]);
  });

  it('moves nothing away that benches and scripts take from the build', () => {
    const sources = new Set(files.map(({ file }) => file.replace(/\.ts$/, '.js')));
    const taken = ['bench', 'scripts'].flatMap((dir) =>
      readdirSync(path.join(ROOT, dir))
        .filter((name) => name.endsWith('.mjs'))
        .flatMap((name) => [...readFileSync(path.join(ROOT, dir, name), 'utf8').matchAll(/dist\/([\w./-]+\.js)/g)])
        .map(([, file = '']) => file),
    );
    expect(taken.length).toBeGreaterThan(10);
    expect(taken.filter((file) => !sources.has(file))).toEqual([]);
  });
});

/** A copy of what the rules look at, as small as it can be, with the violation in it. */
function plantedTree(violation: Record<string, string>): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'devskyy-planted-'));
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
    cpSync(path.join(ROOT, file), path.join(dir, file));
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(dir, 'node_modules'));
  const neutral: Record<string, string> = {
    'config/index.ts': 'export {};\n',
    'apps/api/src/index.ts': 'export {};\n',
    'libs/platform/kernel/src/index.ts': 'export {};\n',
    'libs/platform/kernel/src/secret.ts': 'export {};\n',
    'libs/platform/http/src/index.ts': 'export {};\n',
    'libs/finance/src/secret.ts': 'export {};\n',
    ...Object.fromEntries(DOMAINS.map((domain) => [`libs/${domain}/src/index.ts`, 'export {};\n'])),
  };
  for (const [file, content] of Object.entries({ ...neutral, ...violation })) {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    writeFileSync(path.join(dir, file), content);
  }
  return dir;
}

function cruise(cwd: string, targets: string[]): { status: number | null; stdout: string } {
  const bin = path.join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const { status, stdout } = spawnSync(process.execPath, [bin, '--config', '.dependency-cruiser.cjs', ...targets], {
    cwd,
    encoding: 'utf8',
  });
  return { status, stdout };
}
