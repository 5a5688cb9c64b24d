// Posting on one hot account: through the accounting door alone, in batches and by import, against a plain SQL function that does one
// transfer per commit, and against the rows alone in multi-row inserts; all on the same PostgreSQL. The function is called by as many
// clients as the door is, and by the few it serves best. The cases take turns for a few rounds, so that what else the machine does
// hits all of them; the figures are medians.
import { randomUUID } from 'node:crypto';
import { ReadableStream } from 'node:stream/web';
import autocannon from 'autocannon';
import pg from 'pg';
import { v7 } from 'uuid';
import { cpuMs, logIn, startService } from './process.mjs';

const SECONDS = Number(process.argv[2] ?? 3);
const ROUNDS = Number(process.argv[3] ?? 3);
const BATCH = 500;
const databaseUrl = process.env.BENCH_DATABASE_URL;
if (!databaseUrl) throw new Error('Set BENCH_DATABASE_URL to an empty database with synchronous_commit on');

const service = await startService({ DATABASE_URL: databaseUrl });
const authorization = `Bearer ${await logIn(service.url)}`;
const headers = { authorization, 'content-type': 'application/json' };
const url = (path) => `${service.url}/api/v1/finance/${path}`;
for (const code of ['assets:hot', 'assets:cold']) {
  const body = JSON.stringify({ code, name: code, type: 'asset', currency: 'USD' });
  const response = await fetch(url('accounts'), { method: 'POST', headers, body });
  if (!response.ok) throw new Error(`accounts: ${response.status} ${await response.text()}`);
}

const leg = (name, direction) => ({ account: name, direction, amount: '0.01', currency: 'USD' });
const transfer = { description: 'bench', postings: [leg('assets:hot', 'debit'), leg('assets:cold', 'credit')] };
const batch = { transactions: Array.from({ length: BATCH }, () => transfer) };

/** Transfers a second by HTTP. */
async function post(path, body, perRequest, connections) {
  const cpu = cpuMs(service.pid);
  const result = await autocannon({
    url: url(path),
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
  const done = result['2xx'] * perRequest;
  return {
    perSecond: done / result.duration,
    cpuUs: ((cpuMs(service.pid) - cpu) * 1000) / done,
    p50: result.latency.p50,
    p97: result.latency.p97_5,
  };
}

/** Transfers a second by one stream of lines. */
async function importLines() {
  const lines = Buffer.from(`${JSON.stringify(transfer)}\n`.repeat(BATCH));
  const [start, cpu] = [Date.now(), cpuMs(service.pid)];
  const body = new ReadableStream(
    {
      pull(controller) {
        if (Date.now() - start < SECONDS * 1000) controller.enqueue(lines);
        else controller.close();
      },
    },
    { highWaterMark: 1 },
  );
  const type = { ...headers, 'content-type': 'application/x-ndjson' };
  const response = await fetch(url('imports'), { method: 'POST', headers: type, body, duplex: 'half' });
  const { posted } = await response.json();
  return {
    perSecond: (posted * 1000) / (Date.now() - start),
    cpuUs: ((cpuMs(service.pid) - cpu) * 1000) / posted,
  };
}

/** Runs `work` over and over on several connections. @returns how often it was done in a second */
async function onConnections(connections, work) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: connections });
  const end = Date.now() + SECONDS * 1000;
  let done = 0;
  const client = async () => {
    for (; Date.now() < end; done++) await work(pool);
  };
  await Promise.all(Array.from({ length: connections }, client));
  await pool.end();
  return done / SECONDS;
}

/** One transfer per commit, both accounts hot. */
async function plainFunction(connections) {
  const text = 'SELECT bench_transfer($1, 1)';
  return {
    perSecond: await onConnections(connections, (pool) => pool.query({ name: 'bench', text, values: [randomUUID()] })),
  };
}

/** The rows that the ledger writes of transfers, sent like any rows, without deciding, locking or sealing anything. */
async function sentRows() {
  const text = `
    WITH added AS (
      INSERT INTO bench_bare_transaction (id, type, state, amount, currency, description, postings, effective_at, recorded_at)
      SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::jsonb[], $8::timestamptz[],
        $8::timestamptz[]))
    INSERT INTO bench_bare_entry (account_id, version, transaction_id, amount, net_after, effective_at, recorded_at)
    SELECT * FROM unnest($9::bigint[], $10::bigint[], $11::uuid[], $12::bigint[], $10::bigint[], $13::timestamptz[], $13::timestamptz[])`;
  const perSecond = await onConnections(1, (pool) => {
    const now = new Date().toISOString();
    const transactions = Array.from({ length: BATCH }, () => ({
      id: v7(),
      postings: transfer.postings.map((one) => ({ ...one, amount: '1' })),
    }));
    const entries = transactions.flatMap(({ id }) => {
      written += 1;
      return [1, -1].map((amount) => ({ id, account: amount === 1 ? 1 : 2, version: written, amount }));
    });
    const column = (rows, of) => rows.map(of);
    const values = [
      column(transactions, ({ id }) => id),
      column(transactions, () => 'journal'),
      column(transactions, () => 'posted'),
      column(transactions, () => 1),
      column(transactions, () => 'USD'),
      column(transactions, () => 'bench'),
      column(transactions, ({ postings }) => JSON.stringify(postings)),
      column(transactions, () => now),
      column(entries, ({ account }) => account),
      column(entries, ({ version }) => version),
      column(entries, ({ id }) => id),
      column(entries, ({ amount }) => amount),
      column(entries, () => now),
    ];
    return pool.query({ name: 'sent', text, values });
  });
  return { perSecond: perSecond * BATCH };
}

/** The same rows, made by the server out of nothing but their ids: its own share of writing them. */
async function madeRows() {
  const text = `
    WITH added AS (
      INSERT INTO bench_bare_transaction (id, type, state, amount, currency, description, postings, effective_at, recorded_at)
      SELECT id, 'journal', 'posted', 1, 'USD', 'bench', $2, now(), now() FROM unnest($1::uuid[]) AS id)
    INSERT INTO bench_bare_entry (account_id, version, transaction_id, amount, net_after, effective_at, recorded_at)
    SELECT account, $3 + row, id, amount, $3 + row, now(), now()
    FROM unnest($1::uuid[]) WITH ORDINALITY AS added (id, row), (VALUES (1, 1), (2, -1)) AS leg (account, amount)`;
  const postings = JSON.stringify(transfer.postings.map((one) => ({ ...one, amount: '1' })));
  const perSecond = await onConnections(1, (pool) => {
    const ids = Array.from({ length: BATCH }, () => v7());
    written += BATCH;
    return pool.query({ name: 'made', text, values: [ids, postings, written - BATCH] });
  });
  return { perSecond: perSecond * BATCH };
}
let written = 0;

const admin = new pg.Client({ connectionString: databaseUrl });
await admin.connect();
await admin.query(`
  CREATE TABLE bench_account (id int PRIMARY KEY, balance bigint NOT NULL, version bigint NOT NULL);
  CREATE TABLE bench_transfer (id uuid PRIMARY KEY, amount bigint NOT NULL, created_at timestamptz NOT NULL);
  CREATE TABLE bench_entry (account_id int, version bigint, transfer_id uuid, amount bigint, balance bigint, PRIMARY KEY (account_id, version));
  CREATE TABLE bench_bare_transaction (LIKE finance_transaction INCLUDING ALL);
  CREATE TABLE bench_bare_entry (LIKE finance_entry INCLUDING ALL);
  INSERT INTO bench_account VALUES (1, 0, 0), (2, 0, 0);
  CREATE FUNCTION bench_transfer(p uuid, m bigint) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE a bench_account; b bench_account;
  BEGIN
    UPDATE bench_account SET balance = balance + m, version = version + 1 WHERE id = 1 RETURNING * INTO a;
    UPDATE bench_account SET balance = balance - m, version = version + 1 WHERE id = 2 RETURNING * INTO b;
    INSERT INTO bench_transfer VALUES (p, m, now());
    INSERT INTO bench_entry VALUES (1, a.version, p, m, a.balance), (2, b.version, p, -m, b.balance);
  END $$`);
const cases = {
  'plain SQL function, 64 connections': () => plainFunction(64),
  'plain SQL function, 4 connections': () => plainFunction(4),
  'accounting door, 64 connections': () => post('transactions', transfer, 1, 64),
  'batches of 500, 4 connections': () => post('transactions/batch', batch, BATCH, 4),
  'import, one stream': importLines,
  'the rows alone, sent, 500 an insert': sentRows,
  'the rows alone, made there, 500 an insert': madeRows,
};
await post('transactions', transfer, 1, 64);
await post('transactions/batch', batch, BATCH, 4);
const rounds = [];
for (let round = 0; round < ROUNDS; round++) {
  const results = [];
  for (const run of Object.values(cases)) results.push(await run());
  rounds.push(results);
}
await admin.query(`DROP FUNCTION bench_transfer;
  DROP TABLE bench_account, bench_transfer, bench_entry, bench_bare_transaction, bench_bare_entry`);
await admin.end();
await service.stop();

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const figure = (of, digits) => {
  const values = rounds.map(of).filter((value) => value !== undefined && !Number.isNaN(value));
  return values.length === 0 ? '' : median(values).toFixed(digits);
};
const perSecond = (round, name) => round[Object.keys(cases).indexOf(name)].perSecond;
console.log(
  '| case | transfers/s | to the function at 64 | at 4 | to the rows sent | service CPU µs | P50 ms | P97.5 ms |',
);
console.log('|---|---|---|---|---|---|---|---|');
Object.keys(cases).forEach((name, index) => {
  const ratio = (to, digits) => figure((round) => round[index].perSecond / perSecond(round, to), digits);
  const columns = [
    figure((round) => round[index].perSecond, 0),
    ratio('plain SQL function, 64 connections', 1),
    ratio('plain SQL function, 4 connections', 1),
    ratio('the rows alone, sent, 500 an insert', 2),
    figure((round) => round[index].cpuUs, 0),
    figure((round) => round[index].p50, 1),
    figure((round) => round[index].p97, 1),
  ];
  console.log(`| ${name} | ${columns.join(' | ')} |`);
});
