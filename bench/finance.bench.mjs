// Posting through the accounting door on one hot account, alone and in batches, against a plain SQL function that does one transfer per
// commit on the same PostgreSQL in the same run.
import { randomUUID } from 'node:crypto';
import autocannon from 'autocannon';
import pg from 'pg';
import { logIn, startService } from './process.mjs';

const SECONDS = Number(process.argv[2] ?? 5);
const CONNECTIONS = 64;
const databaseUrl = process.env.BENCH_DATABASE_URL;
if (!databaseUrl) throw new Error('Set BENCH_DATABASE_URL to an empty database with synchronous_commit on');

const service = await startService({ DATABASE_URL: databaseUrl });
const authorization = `Bearer ${await logIn(service.url)}`;
const headers = { authorization, 'content-type': 'application/json' };
const call = async (path, body) => {
  const response = await fetch(`${service.url}/api/v1/finance/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
};
const account = (code) => call('accounts', { code, name: code, type: 'asset', currency: 'USD' });
await Promise.all(['assets:hot', 'assets:cold'].map(account));

const leg = (name, direction) => ({ account: name, direction, amount: '0.01', currency: 'USD' });
const transfer = { description: 'bench', postings: [leg('assets:hot', 'debit'), leg('assets:cold', 'credit')] };

/** Transfers a second by HTTP. */
async function measure(path, body, perRequest, connections) {
  const result = await autocannon({
    url: `${service.url}/api/v1/finance/${path}`,
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    connections,
    duration: SECONDS,
    requests: [
      { setupRequest: (request) => ({ ...request, headers: { ...request.headers, 'idempotency-key': randomUUID() } }) },
    ],
  });
  if (result.non2xx > 0) throw new Error(`${path}: ${result.non2xx} answers were not 2xx`);
  return {
    perSecond: (result['2xx'] * perRequest) / result.duration,
    p50: result.latency.p50,
    p97: result.latency.p97_5,
  };
}

/** One transfer per commit, both accounts hot, by as many connections as the server takes well. */
async function reference(connections = 20) {
  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  await admin.query(`
    CREATE TABLE bench_account (id int PRIMARY KEY, balance bigint NOT NULL, version bigint NOT NULL);
    CREATE TABLE bench_transfer (id uuid PRIMARY KEY, amount bigint NOT NULL, created_at timestamptz NOT NULL);
    CREATE TABLE bench_entry (account_id int, version bigint, transfer_id uuid, amount bigint, balance bigint, PRIMARY KEY (account_id, version));
    INSERT INTO bench_account VALUES (1, 0, 0), (2, 0, 0);
    CREATE FUNCTION bench_transfer(p uuid, m bigint) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE a bench_account; b bench_account;
    BEGIN
      UPDATE bench_account SET balance = balance + m, version = version + 1 WHERE id = 1 RETURNING * INTO a;
      UPDATE bench_account SET balance = balance - m, version = version + 1 WHERE id = 2 RETURNING * INTO b;
      INSERT INTO bench_transfer VALUES (p, m, now());
      INSERT INTO bench_entry VALUES (1, a.version, p, m, a.balance), (2, b.version, p, -m, b.balance);
    END $$`);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: connections });
  const end = Date.now() + SECONDS * 1000;
  let done = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (; Date.now() < end; done++) {
        await pool.query({ name: 'bench', text: 'SELECT bench_transfer($1, 1)', values: [randomUUID()] });
      }
    }),
  );
  await pool.end();
  await admin.query('DROP FUNCTION bench_transfer; DROP TABLE bench_account, bench_transfer, bench_entry');
  await admin.end();
  return { perSecond: done / SECONDS, p50: (connections * 1000 * SECONDS) / done, p97: Number.NaN };
}

const batch = { transactions: Array.from({ length: 500 }, () => transfer) };
await measure('transactions', transfer, 1, CONNECTIONS);
const results = {
  'plain SQL function, one transfer per commit': await reference(),
  'accounting door, 64 connections': await measure('transactions', transfer, 1, CONNECTIONS),
  'batches of 500, 4 connections': await measure('transactions/batch', batch, 500, 4),
};
await service.stop();
const base = Object.values(results)[0].perSecond;
console.log('| case | transfers/s | ratio | P50 ms | P97.5 ms |\n|---|---|---|---|---|');
for (const [name, { perSecond, p50, p97 }] of Object.entries(results)) {
  console.log(`| ${name} | ${perSecond.toFixed(0)} | ${(perSecond / base).toFixed(1)} | ${p50.toFixed(1)} | ${p97} |`);
}
