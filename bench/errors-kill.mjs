// Kills the service with SIGKILL while it takes errors at both doors, again and again, then looks for every report that was
// acknowledged. Status 1 when one is missing, counted twice, or when an artifact was ever no valid JSON.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { verifyArtifact } from '../dist/libs/errors/src/index.js';
import { logIn, startService } from './process.mjs';

const ROUNDS = Number(process.argv[2] ?? 20);
const SENDERS = 16;
/** How long a round takes reports before the kill, in milliseconds: from hardly any time to several writes of the artifact. */
const LIFE_MS = { shortest: 100, longest: 3_000 };

const dir = mkdtempSync(path.join(tmpdir(), 'devskyy-kill-'));
const artifacts = path.join(dir, 'artifacts');
const databaseUrl = process.env.BENCH_DATABASE_URL;
const start = () =>
  startService({
    DATA_DIR: path.join(dir, 'data'),
    ARTIFACTS_DIR: artifacts,
    LOG_ENABLE_FILE: 'false',
    ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
  });

const sent = new Set();
const acknowledged = new Set();
const faults = [];
let artifactReads = 0;
let cutOff = 0;

async function call(service, method, route, token, body) {
  const response = await fetch(`${service.url}${route}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

const report = (id) => ({
  errorType: `Kind${id.charCodeAt(0) % 7}Error`,
  message: `report ${id}`,
  service: 'kill',
  context: { id, text: 'x'.repeat(1_000) },
});

/** One sender at the JSON door, in batches of one to three, or at the door of SDKs; until the service is gone. */
async function send(service, number, token, project, life) {
  for (let turn = 0; !life.isOver; turn++) {
    const ids = Array.from({ length: 1 + (turn % 3) }, () => randomUUID());
    try {
      if (number % 2 === 0) {
        for (const id of ids) sent.add(id);
        await call(service, 'POST', '/errors', token, { errors: ids.map(report) });
        for (const id of ids) acknowledged.add(id);
      } else {
        const [id] = ids;
        const eventId = id.replaceAll('-', '');
        sent.add(id);
        const event = { event_id: eventId, message: `event ${id}`, extra: { id } };
        const envelope = `{"event_id":"${eventId}"}\n{"type":"event"}\n${JSON.stringify(event)}`;
        await call(service, 'POST', `/api/${project.id}/envelope/?sentry_key=${project.keys[0]}`, undefined, envelope);
        acknowledged.add(id);
      }
    } catch (error) {
      if (!life.isOver) faults.push(String(error));
      else cutOff++;
    }
  }
}

/** Reads the artifacts as fast as it can; each must be whole whenever it is looked at. */
async function watch(life) {
  while (!life.isOver) {
    readArtifacts();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

let settled = new Set();
function readArtifacts() {
  const names = readNames().filter((name) => !settled.has(name));
  for (const name of names) {
    artifactReads++;
    try {
      JSON.parse(readFileSync(path.join(artifacts, name), 'utf8'));
    } catch (error) {
      faults.push(`${name} is no JSON: ${error}`);
    }
  }
}
function readNames() {
  try {
    return readdirSync(artifacts).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}

let project;
for (let round = 1; round <= ROUNDS; round++) {
  const service = await start();
  const token = await logIn(service.url);
  project ??= await call(service, 'POST', '/errors/projects', token, { name: 'kill' });
  const life = { isOver: false };
  const senders = Array.from({ length: SENDERS }, (_, number) => send(service, number, token, project, life));
  const watching = watch(life);
  const before = acknowledged.size;
  const { shortest, longest } = LIFE_MS;
  await new Promise((resolve) => setTimeout(resolve, shortest + Math.random() * (longest - shortest)));
  const killed = service.kill();
  life.isOver = true;
  await killed;
  await Promise.all([...senders, watching]);
  readArtifacts();
  // The latest runs may still be completed by the next start; older ones are done with.
  settled = new Set(readNames().sort().slice(0, -2));
  console.log(`round ${round}: ${acknowledged.size - before} acknowledged`);
}

const service = await start();
const token = await logIn(service.url);
let conservation;
for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
  ({ conservation } = await call(service, 'GET', '/errors/statistics', token));
  const left = readdirSync(path.join(dir, 'data', 'errors')).filter((name) => name.endsWith('.run.json'));
  if (conservation.backlog === 0 && left.length === 1) break;
  await new Promise((resolve) => setTimeout(resolve, 100));
}
const rows = (
  await (
    await fetch(`${service.url}/errors/export?format=ndjson&service=kill`, {
      headers: { authorization: `Bearer ${token}` },
    })
  ).text()
)
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));
const groups = [];
for (let cursor = ''; cursor !== null;) {
  const page = await call(service, 'GET', `/errors?service=kill&limit=100${cursor && `&cursor=${cursor}`}`, token);
  groups.push(...page.items);
  cursor = page.nextCursor;
}
await service.stop();

const counts = new Map();
const add = (id) => counts.set(id, (counts.get(id) ?? 0) + 1);
for (const row of rows) add(row.context.id);
const inArtifacts = new Set();
for (const name of readNames()) {
  const text = readFileSync(path.join(artifacts, name), 'utf8');
  for (const problem of verifyArtifact(text).problems) faults.push(`${name}: ${problem}`);
  for (const { context } of JSON.parse(text).errors) inArtifacts.add(context.id);
}
const { received, ...rest } = conservation;
const result = {
  rounds: ROUNDS,
  acknowledged: acknowledged.size,
  lost: [...acknowledged].filter((id) => !counts.has(id)).length,
  lostInArtifacts: [...acknowledged].filter((id) => !inArtifacts.has(id)).length,
  twice: [...counts.values()].filter((count) => count > 1).length,
  invented: [...counts.keys()].filter((id) => !sent.has(id)).length,
  /** Stored although the kill came before the answer. */
  unanswered: [...counts.keys()].filter((id) => !acknowledged.has(id)).length,
  cutOff,
  groupCount: groups.reduce((sum, { count }) => sum + count, 0),
  stored: rows.length,
  conservation,
  conserved: received === Object.values(rest).reduce((sum, count) => sum + count, 0) && rest.stored === rows.length,
  artifactReads,
  faults,
};
rmSync(dir, { recursive: true, force: true });
console.log(JSON.stringify(result));
const isWell =
  result.lost + result.lostInArtifacts + result.twice + result.invented + faults.length === 0 &&
  result.groupCount === result.stored &&
  result.conserved &&
  result.acknowledged > 0;
process.exit(isWell ? 0 : 1);
