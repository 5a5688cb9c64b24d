// `npm run new:module inventory` makes a whole small domain: a feature of items with a rule, an entity and its migration, a repository, a
// service, a controller, and specs. `npm run new:module inventory product` calls its rows products. What it makes passes every check, and is
// there to be changed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const TEMPLATES = path.join(import.meta.dirname, 'new-module');
const MIGRATIONS = 'libs/platform/database/src/migrations';
const API_MODULE = 'apps/api/src/api.module.ts';
const OPENAPI = 'apps/api/src/openapi/openapi.ts';

const [domain = '', item = 'item'] = process.argv.slice(2);
if (![domain, item].every((word) => /^[a-z]{2,30}$/.test(word)))
  fail('Usage: npm run new:module <domain> [item], each one word of small letters, the item in the singular');
if (existsSync(path.join(root, 'libs', domain)) || domain === 'config') fail(`libs/${domain} is there already`);

const items = /[^aeiou]y$/.test(item)
  ? `${item.slice(0, -1)}ies`
  : /(s|x|ch|sh)$/.test(item)
    ? `${item}es`
    : `${item}s`;
const stamp = nextStamp();
const migration = `Create${capital(domain)}${capital(items)}${stamp}`;
const words = {
  __domain__: domain,
  __Domain__: capital(domain),
  __item__: item,
  __items__: items,
  __Item__: capital(domain) + capital(item),
  __Items__: capital(domain) + capital(items),
  __table__: `${domain}_${item}`,
  __CODE__: `${domain}.${item}`.toUpperCase(),
  __stamp__: stamp,
  __Migration__: migration,
};

const written = readdirSync(TEMPLATES, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.join(entry.parentPath, entry.name))
  .map((template) => {
    const file = fill(path.relative(TEMPLATES, template)).replace(/\.template$/, '');
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), fill(readFileSync(template, 'utf8')));
    return file;
  });

const domains = JSON.parse(readFileSync(path.join(root, 'domains.json'), 'utf8'));
writeFileSync(path.join(root, 'domains.json'), JSON.stringify({ ...domains, [domain]: ['tables', items] }));

change(`${MIGRATIONS}/index.ts`, [
  [/\n\n/, `\nimport { ${migration} } from './${stamp}-create-${domain}-${items}.js';\n\n`],
  [/\n\];/, `\n  ${migration},\n];`],
]);
change(API_MODULE, [
  [/(?=import .* from '#platform)/, `import { ${capital(domain)}Module } from '#${domain}';\n`],
  [/(?=\n +McpModule,)/, `\n        ${capital(domain)}Module,`],
]);
change(OPENAPI, [[/(?=\n +mcp: ')/, `\n  ${domain}: 'What this domain is for, in one sentence.',`]]);

const changed = ['domains.json', `${MIGRATIONS}/index.ts`, API_MODULE, OPENAPI];
const prettier = path.join(root, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
spawnSync(process.execPath, [prettier, '--write', '--log-level', 'warn', ...written, ...changed], {
  cwd: root,
  stdio: 'inherit',
});

console.log(`Made:\n  ${written.join('\n  ')}\nChanged:\n  ${changed.join('\n  ')}\n
Next:
  npm run generate                    the OpenAPI document, error codes and authorization reference
  npm test -- ${domain.padEnd(24)}its specs
  npx jest schema-agreement -u        the list of what migrations make, with the new table
  say in libs/${domain}/README.md, in the module and in the tag of ${path.basename(OPENAPI)} what it is for, and add it to
  docs/architecture.md and CHANGELOG.md`);

/** Migrations run in the order of their numbers: a new one comes last. */
function nextStamp() {
  const stamps = readdirSync(path.join(root, MIGRATIONS)).map((name) => Number.parseInt(name, 10) || 0);
  return String(Math.max(...stamps) + 10_000);
}

function fill(text) {
  return Object.entries(words).reduce((filled, [token, word]) => filled.replaceAll(token, word), text);
}

/** Writes new lines into a file, each at the first place that its pattern finds. */
function change(file, insertions) {
  let text = readFileSync(path.join(root, file), 'utf8');
  for (const [place, line] of insertions) {
    if (!place.test(text)) fail(`${file} is not as this script expects: no ${place}`);
    text = text.replace(place, line);
  }
  writeFileSync(path.join(root, file), text);
}

function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}

function fail(message) {
  console.error(message);
  process.exit(64);
}
