import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const FEATURES = JSON.parse(readFileSync(path.join(ROOT, 'domains.json'), 'utf8')) as Record<string, string[]>;

/** What nobody imports yet, as it is there for who extends a lib. */
const EXTENSION_POINTS = ['InternalAgent', 'InternalAgentHandler'];

/** One file that breaks one rule, and the rule that must catch it. All stand in one tree, so names are used once. */
const PLANTED: { rule: string; file: string; content: string }[] = [
  {
    rule: 'no-circular',
    file: 'libs/finance/src/books/circle.ts',
    content: `import { b } from './circle-back.js';\nexport const a = () => b;\n`,
  },
  { rule: 'config-is-the-floor', file: 'config/bad.ts', content: `import '#platform/kernel';\n` },
  {
    rule: 'platform-knows-no-domain',
    file: 'libs/platform/http/src/domain.ts',
    content: `import type {} from '#finance';\n`,
  },
  { rule: 'kernel-is-pure', file: 'libs/platform/kernel/src/bad.ts', content: `import '@nestjs/common';\n` },
  {
    rule: 'domains-stand-apart',
    file: 'libs/finance/src/books/other.service.ts',
    content: `import type {} from '#auth';\n`,
  },
  { rule: 'libs-know-no-app', file: 'libs/finance/src/app.ts', content: `import '../../../apps/api/src/index.js';\n` },
  {
    rule: 'libs-know-no-app',
    file: 'libs/finance/src/books/tested.ts',
    content: `import '../../../../test/support/app.js';\n`,
  },
  {
    rule: 'front-door-of-platform',
    file: 'libs/finance/src/books/secret.service.ts',
    content: `import '../../../platform/kernel/src/secret.js';\n`,
  },
  {
    rule: 'front-door-of-platform',
    file: 'bench/built.mjs',
    content: `import '../dist/libs/platform/kernel/src/secret.js';\n`,
  },
  {
    rule: 'front-door-between-platform-libs',
    file: 'libs/platform/http/src/secret.ts',
    content: `import '../../kernel/src/secret.js';\n`,
  },
  {
    rule: 'front-door-of-domain',
    file: 'apps/api/src/bad.ts',
    content: `import type {} from '../../../libs/finance/src/secret.js';\n`,
  },
  { rule: 'front-door-of-domain', file: 'test/bad.ts', content: `import '../libs/finance/src/secret.js';\n` },
  {
    rule: 'front-door-between-domains',
    file: 'libs/dashboard/src/overview/bad.service.ts',
    content: `import '../../../finance/src/secret.js';\n`,
  },
  {
    rule: 'features-point-one-way',
    file: 'libs/finance/src/books/upward.ts',
    content: `import '../posting/apply-draft.js';\n`,
  },
  {
    // Types of later features may be named there, and no more.
    rule: 'features-point-one-way',
    file: 'libs/finance/src/tables/early.entity.ts',
    content: `import '../posting/apply-draft.js';\n`,
  },
  { rule: 'rules-are-plain', file: 'libs/finance/src/books/stored.ts', content: `import 'typeorm';\n` },
  { rule: 'rules-are-plain', file: 'libs/finance/src/books/served.ts', content: `import './a.service.js';\n` },
  { rule: 'services-know-no-doors', file: 'libs/finance/src/books/door.service.ts', content: `import './a.dto.js';\n` },
  {
    rule: 'repositories-ask',
    file: 'libs/finance/src/books/calls.repository.ts',
    content: `import './a.service.js';\n`,
  },
  {
    rule: 'controllers-translate',
    file: 'libs/finance/src/books/a.controller.ts',
    content: `import './a.repository.js';\n`,
  },
  { rule: 'sql-stays-in-infrastructure', file: 'libs/finance/src/books/sql.service.ts', content: `import 'pg';\n` },
  { rule: 'http-stays-at-the-edge', file: 'libs/finance/src/books/http.service.ts', content: `import 'fastify';\n` },
  {
    rule: 'migrations-stand-alone',
    file: 'libs/platform/database/src/migrations/1-bad.ts',
    content: `import '#config';\n`,
  },
];

describe('the architecture test', () => {
  it('holds for the whole tree', () => {
    const { status, stdout } = cruise(ROOT);
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('no dependency violations') });
  });

  it('has a planted violation for every rule', () => {
    const configuration = readFileSync(path.join(ROOT, '.dependency-cruiser.cjs'), 'utf8');
    const rules = [...configuration.matchAll(/name: '([a-z-]+)'/g)].map(([, name]) => name);
    expect([...new Set(PLANTED.map(({ rule }) => rule))].sort()).toEqual([...new Set(rules)].sort());
  });

  it('catches every one of them', () => {
    const dir = plantedTree();
    try {
      const lines = cruise(dir).stdout.split('\n');
      const isCaught = ({ rule, file }: (typeof PLANTED)[number]): boolean =>
        lines.some((line, index) => line.includes(`error ${rule}: `) && `${line} ${lines[index + 1]}`.includes(file));
      expect(PLANTED.filter((planted) => !isCaught(planted))).toEqual([]);
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

  it('has features in every domain, in the order that its README draws, and none of the junk drawers', () => {
    for (const [domain, features] of Object.entries(FEATURES)) {
      const folders = files.flatMap(({ file }) => new RegExp(`^libs/${domain}/src/([^/]+)/`).exec(file)?.[1] ?? []);
      expect([...new Set(folders)].sort()).toEqual([...features].sort());
      const readme = readFileSync(path.join(ROOT, 'libs', domain, 'README.md'), 'utf8');
      expect(readme).toContain(features.join(' → '));
    }
    expect(files.filter(({ file }) => /\/(utils?|common|helpers?|shared)(\/|\.ts$)/.test(file))).toEqual([]);
  });

  it('has features that one look takes in', () => {
    const sizes = new Map<string, number>();
    for (const { file } of files) {
      const folder = path.dirname(file);
      if (!/spec\.ts$/.test(file) && Object.keys(FEATURES).some((domain) => folder.startsWith(`libs/${domain}/src/`)))
        sizes.set(folder, (sizes.get(folder) ?? 0) + 1);
    }
    expect([...sizes].filter(([, size]) => size > 20)).toEqual([]);
  });

  it('says the room of a file by its suffix, and of a class by the same', () => {
    const known =
      /^[a-z0-9-]+(\.(controller|dto|guard|pipe|filter|interceptor|strategy|decorator|validator|presenter|service|job|runner|agent|entity|repository|client|postgres|exceptions|module))?(\.(spec|int-spec|e2e-spec))?\.ts$/;
    const inLibs = files.filter(({ file }) => /^libs\/.*\/src\//.test(file) && !file.endsWith('.d.ts'));
    expect(inLibs.filter(({ file }) => !known.test(path.basename(file))).map(({ file }) => file)).toEqual([]);
    const named = inLibs.flatMap(({ file, text }) => {
      const suffix =
        /\.(controller|guard|pipe|filter|interceptor|strategy|presenter|service|job|runner|agent|entity|repository|client)\.ts$/.exec(
          file,
        )?.[1];
      if (suffix === undefined) return [];
      const wanted = suffix[0]?.toUpperCase() + suffix.slice(1);
      return [...text.matchAll(/^export (?:abstract )?class (\w+)/gm)]
        .map(([, name = '']) => name)
        .filter((name) => !name.endsWith(wanted) && !name.endsWith('Exception'))
        .map((name) => `${file}: ${name}`);
    });
    expect(named).toEqual([]);
    // In a domain what is injected has a room. The platform has tools: such a file is called as its class.
    const bare = inLibs.filter(({ file, text }) => /\/[a-z0-9-]+\.ts$/.test(file) && /@Injectable\(/.test(text));
    const strays = bare.filter(({ file, text }) => {
      const name = path.basename(file, '.ts').replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
      return !file.startsWith('libs/platform/') || !new RegExp(`^export (abstract )?class ${name}\\b`, 'm').test(text);
    });
    expect(strays.map(({ file }) => file)).toEqual([]);
  });

  it('exports from a lib only what somebody outside imports', () => {
    const outside = ['bench', 'scripts', 'test'].flatMap((dir) =>
      readdirSync(path.join(ROOT, dir), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|mjs)$/.test(name) && !name.endsWith('architecture.spec.ts'))
        .map((name) => ({ file: `${dir}/${name}`, text: readFileSync(path.join(ROOT, dir, name), 'utf8') })),
    );
    const texts = [...files, ...outside].map(({ file, text }) => ({ file, words: new Set(text.match(/\w+/g)) }));
    const unused = files
      .filter(({ file }) => /^(libs\/.*\/src|config)\/index\.ts$/.test(file))
      .flatMap(({ file, text }) => {
        const own = file.replace(/(src\/)?index\.ts$/, '');
        const others = texts.filter((other) => !other.file.startsWith(own));
        const names = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list = '']) =>
          list.split(',').map((name) => name.trim().replace(/^type /, '')),
        );
        return names.filter((name) => name !== '' && !others.some(({ words }) => words.has(name)));
      });
    expect(unused).toEqual(EXTENSION_POINTS);
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

/** A copy of what the rules look at, as small as it can be, with every violation in it. */
function plantedTree(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'devskyy-planted-'));
  for (const file of ['.dependency-cruiser.cjs', 'domains.json', 'tsconfig.json', 'package.json'])
    cpSync(path.join(ROOT, file), path.join(dir, file));
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(dir, 'node_modules'));
  const empty = [
    'config/index.ts',
    'apps/api/src/index.ts',
    'test/support/app.ts',
    'dist/libs/platform/kernel/src/secret.js',
    'libs/platform/kernel/src/index.ts',
    'libs/platform/kernel/src/secret.ts',
    'libs/platform/http/src/index.ts',
    'libs/finance/src/secret.ts',
    'libs/finance/src/books/a.service.ts',
    'libs/finance/src/books/a.repository.ts',
    'libs/finance/src/books/a.dto.ts',
    'libs/finance/src/posting/apply-draft.ts',
    ...Object.keys(FEATURES).map((domain) => `libs/${domain}/src/index.ts`),
  ];
  const circle = `import { a } from './circle.js';\nexport const b = () => a;\n`;
  const contents: Record<string, string> = {
    ...Object.fromEntries(empty.map((file) => [file, 'export {};\n'])),
    'libs/finance/src/books/circle-back.ts': circle,
    ...Object.fromEntries(PLANTED.map(({ file, content }) => [file, content])),
  };
  for (const [file, content] of Object.entries(contents)) {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    writeFileSync(path.join(dir, file), content);
  }
  return dir;
}

function cruise(cwd: string): { status: number | null; stdout: string } {
  const bin = path.join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const { status, stdout } = spawnSync(
    process.execPath,
    [bin, '--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'config', 'test', 'bench'],
    { cwd, encoding: 'utf8' },
  );
  return { status, stdout };
}
