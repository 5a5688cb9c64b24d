// Kills the service and PostgreSQL, in turns, with -9 while transactions are posted; then asks for every one of them again. None that was
// acknowledged may be lost, none may be there twice, and the ledger must verify. Ends with status 1 if that does not hold.
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgres } from '../dist/libs/platform/database/src/index.js';
import { killPostgres, until } from './killing.mjs';
import { logIn, startService } from './process.mjs';

const ROUNDS = Number(process.argv[2] ?? 20);
const WORKERS = 12;
const IMPORT_LINES = 2_000;

const dir = mkdtempSync(path.join(tmpdir(), 'devskyy-kill-'));
// Under root the server runs as another user, who must be able to pass.
chmodSync(dir, 0o711);
const server = await EmbeddedPostgres.start(dir);
const databaseUrl = server.url;

const env = { DATABASE_URL: databaseUrl, ARGON2_MEMORY_KIB: '7168', ARGON2_PASSES: '1' };
let service = await startService(env);
let authorization = `Bearer ${await logIn(service.url)}`;

async function call(route, body, key, type = 'application/json') {
  const response = await fetch(`${service.url}/api/v1/finance/${route}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization,
      ...(body === undefined ? {} : { 'content-type': type }),
      ...(key ? { 'idempotency-key': key } : {}),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return {
    status: response.status,
    isReplay: response.headers.has('idempotent-replayed'),
    body: await response.json(),
  };
}

for (const code of ['assets:a', 'assets:b']) {
  const { status } = await call('accounts', { code, name: code, type: 'asset', currency: 'USD' });
  if (status !== 201) throw new Error(`The account could not be made: ${status}`);
}
const leg = (account, direction) => ({ account, direction, amount: '0.01', currency: 'USD' });
const transfer = (description) => ({ description, postings: [leg('assets:a', 'debit'), leg('assets:b', 'credit')] });

/** Every request that was made: its door, body and key, how many transactions it is, and what was answered if it was. */
const requests = [];
const idsOf = ({ transactionId, results }) => transactionId ?? results.map(({ transaction }) => transaction.id).join();

async function worker(index, isOver) {
  for (let turn = 0; !isOver(); turn++) {
    const key = randomUUID();
    const isBatch = (index + turn) % 3 === 0;
    const items = Array.from({ length: isBatch ? 5 : 1 }, (_, item) => transfer(`${key} ${item}`));
    const request = isBatch
      ? { route: 'transactions/batch', body: { transactions: items }, key, count: items.length }
      : { route: 'transactions', body: items[0], key, count: 1 };
    requests.push(request);
    try {
      const { status, body } = await call(request.route, request.body, key);
      if (status < 300) request.acknowledged = idsOf(body);
    } catch {
      // Cut off: whether it was posted is not known.
    }
  }
}

async function killService() {
  process.kill(service.pid, 'SIGKILL');
  // Waits for its end and takes away what it left.
  await service.stop();
  service = await startService(env);
}

/** Asks for a request again until it is answered. */
async function answerTo({ route, body, key }) {
  let answer;
  await until('An answer', async () => (answer = await call(route, body, key)).status < 300);
  return answer;
}

const totals = { rounds: ROUNDS, requests: 0, acknowledged: 0, unanswered: 0, lost: 0, doubled: 0, faults: 0 };
try {
  let imported = 0;
  for (let round = 0; round < ROUNDS; round++) {
    requests.length = 0;
    let isOver = false;
    const importKey = `import-${round}`;
    const lines = Array.from({ length: IMPORT_LINES }, (_, line) => JSON.stringify(transfer(`${importKey} ${line}`)));
    const sendLines = () => call('imports', lines.join('\n'), importKey, 'application/x-ndjson');
    const importing = sendLines().catch(() => undefined);
    const working = Array.from({ length: WORKERS }, (_, index) => worker(index, () => isOver));
    await sleep(300 + Math.random() * 1_200);
    isOver = true;
    await (round % 2 === 0 ? killService() : killPostgres(dir));
    await Promise.all([...working, importing]);
    await until('Recovery', async () => (await fetch(`${service.url}/health/ready`)).ok);
    authorization = `Bearer ${await logIn(service.url)}`;

    await Promise.all(
      requests.map(async (request) => {
        const again = await answerTo(request);
        totals.requests += 1;
        totals[request.acknowledged ? 'acknowledged' : 'unanswered'] += 1;
        if (request.acknowledged && (!again.isReplay || idsOf(again.body) !== request.acknowledged)) totals.lost += 1;
      }),
    );
    await until('The import', async () => {
      const { status, body } = await sendLines();
      return status === 200 && body.posted === IMPORT_LINES;
    });
    imported += IMPORT_LINES;
  }

  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query(
    `SELECT count(*)::int AS count, count(DISTINCT description)::int AS different,
       (SELECT net::int FROM finance_balance b JOIN finance_account a ON a.id = b.account_id WHERE a.code = 'assets:a') AS net
     FROM finance_transaction`,
  );
  await client.end();
  totals.doubled = rows[0].count - rows[0].different;
  totals.imported = imported;
  if (rows[0].net !== rows[0].count) totals.faults += 1;
  const { body: report } = await call('verify');
  totals.faults += report.valid === true ? 0 : 1;
} finally {
  await service.stop();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
}
console.log(JSON.stringify(totals));
if (totals.lost + totals.doubled + totals.faults > 0) process.exitCode = 1;
