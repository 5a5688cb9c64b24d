// What scrubbing an event of 5 KB costs, beside writing the same event as JSON in the same run, and the worst a text of 64 KB can do.
// Another build's folder as an argument is measured beside this one's: `node bench/errors-scrub.mjs ../other/dist`.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

const EVENT_BYTES = 5 * 1024;
const ROUNDS = 15;
const TIMES = 400;

const file = path.join(import.meta.dirname, '../test/fixtures/sentry/node-10.json');
const bodies = JSON.parse(readFileSync(file, 'utf8')).map(({ body }) => body);
const event = JSON.parse(bodies.find((body) => body.includes('cannot be charged')).split('\n')[2]);
delete event.modules;
event.extra = { note: '' };
const stacks = event.exception.values.map(({ stacktrace }) => stacktrace.frames);
while (Buffer.byteLength(JSON.stringify(event)) > EVENT_BYTES) {
  const longest = stacks.reduce((a, b) => (a.length >= b.length ? a : b));
  longest.shift();
}
event.extra.note = 'blue kettle '
  .repeat(1_000)
  .slice(0, Math.max(0, EVENT_BYTES - Buffer.byteLength(JSON.stringify(event))));

const builds = [path.join(import.meta.dirname, '../dist'), ...process.argv.slice(2).map((dir) => path.resolve(dir))];
const cases = [['JSON.stringify', () => JSON.stringify(event)]];
for (const dir of builds) {
  const { scrub } = await import(path.join(dir, 'libs/platform/observability/src/index.js'));
  const name = dir === builds[0] ? 'scrub' : `scrub of ${path.basename(path.dirname(dir))}/${path.basename(dir)}`;
  cases.push([name, () => scrub(event)], [`${name}, with personal data`, () => scrub(event, { personal: true })]);
}

const best = new Map(cases.map(([name]) => [name, Number.POSITIVE_INFINITY]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, work] of cases) {
    const start = performance.now();
    for (let time = 0; time < TIMES; time++) work();
    best.set(name, Math.min(best.get(name), ((performance.now() - start) * 1000) / TIMES));
  }
}
const reference = best.get('JSON.stringify');
console.log(`\nAn event of ${Buffer.byteLength(JSON.stringify(event))} bytes, best of ${ROUNDS} rounds\n`);
console.log('| what | µs | ratio |\n|---|---|---|');
for (const [name, us] of best) console.log(`| ${name} | ${us.toFixed(1)} | ${(us / reference).toFixed(1)} |`);
