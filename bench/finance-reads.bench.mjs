// Reads of the ledger while it grows from 10⁴ to 10⁶ transactions, which are put there by SQL. Prints the median time of each read at
// each size; a read is flat when the columns are alike.
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { logIn, startService } from './process.mjs';

const SIZES = (process.argv[2] ?? '10000,100000,1000000').split(',').map(Number);
const REPEATS = 60;
const databaseUrl = process.env.BENCH_DATABASE_URL;
if (!databaseUrl) throw new Error('Set BENCH_DATABASE_URL to an empty database');

const service = await startService({ DATABASE_URL: databaseUrl });
const headers = { authorization: `Bearer ${await logIn(service.url)}`, 'content-type': 'application/json' };
const url = (path) => `${service.url}/api/v1/finance/${path}`;
for (const code of ['assets:hot', 'assets:cold']) {
  const body = JSON.stringify({ code, name: code, type: 'asset', currency: 'USD' });
  await fetch(url('accounts'), { method: 'POST', headers, body });
}
const db = new pg.Client({ connectionString: databaseUrl });
await db.connect();

/** Puts transactions `from` to `to` there as the ledger would have, a minute apart; each thousandth has the rare values. */
async function fill(from, to) {
  const every = (table, change) => db.query(`ALTER TABLE ${table} ${change} TRIGGER USER`);
  for (const table of ['finance_transaction', 'finance_entry']) await every(table, 'DISABLE');
  const at = `timestamptz '2023-01-01Z' + n * interval '1 minute'`;
  await db.query(
    `INSERT INTO finance_transaction (id, type, state, amount, currency, channel, order_id, customer_id, description, postings, effective_at,
       recorded_at, block_number)
     SELECT (lpad(to_hex(n), 12, '0') || '7000800000000000' || '0000')::uuid, CASE WHEN n % 1000 = 0 THEN 'expense' ELSE 'sale' END, 'posted', 1,
       CASE WHEN n = 7 THEN 'CHF' ELSE 'USD' END, CASE WHEN n = 7 THEN 'b2b' ELSE 'online_store' END, 'ORDER-' || n, 'CUSTOMER-' || n % 5000,
       'bench', '[{"account":"assets:hot","amount":"1","currency":"USD","direction":"debit"},{"account":"assets:cold","amount":"1","currency":"USD","direction":"credit"}]',
       ${at}, ${at}, 1
     FROM generate_series($1::bigint, $2::bigint) AS n`,
    [from, to],
  );
  await db.query(
    `INSERT INTO finance_entry (account_id, version, transaction_id, amount, net_after, effective_at, recorded_at)
     SELECT a.id, n, (lpad(to_hex(n), 12, '0') || '7000800000000000' || '0000')::uuid, s, s * n, ${at}, ${at}
     FROM generate_series($1::bigint, $2::bigint) AS n, (VALUES ('assets:hot', 1), ('assets:cold', -1)) AS leg (code, s)
     JOIN finance_account a USING (code)`,
    [from, to],
  );
  await db.query(
    `INSERT INTO finance_daily AS d (account_id, day, channel, debits, credits)
     SELECT account_id, (effective_at AT TIME ZONE 'UTC')::date, '', sum(greatest(amount, 0)), -sum(least(amount, 0))
     FROM finance_entry WHERE version BETWEEN $1 AND $2 GROUP BY 1, 2
     ON CONFLICT (account_id, day, channel) DO UPDATE SET debits = d.debits + excluded.debits, credits = d.credits + excluded.credits`,
    [from, to],
  );
  await db.query(
    'UPDATE finance_balance b SET version = $1, net = (SELECT net_after FROM finance_entry WHERE account_id = b.account_id AND version = $1)',
    [to],
  );
  for (const table of ['finance_transaction', 'finance_entry']) await every(table, 'ENABLE');
  await db.query('VACUUM ANALYZE');
}

const READS = {
  'latest transactions': 'transactions?limit=20',
  'of a common type': 'transactions?type=sale',
  'of a rare type': 'transactions?type=expense',
  'of a rare currency': 'transactions?currency=CHF',
  'of a rare channel': 'transactions?channel=b2b',
  'of a customer': 'transactions?customerId=CUSTOMER-7',
  'of an account': 'transactions?account=assets:hot',
  'effective on an early day': 'transactions?from=2023-01-03T00:00:00Z&to=2023-01-04T00:00:00Z',
  entries: 'accounts/assets:hot/entries?limit=20',
  'statement of a month': 'accounts/assets:hot/statement?period=2023-01',
  'statement by recording': 'accounts/assets:hot/statement?period=2023-01&basis=recorded',
  'accounts by text': 'accounts?text=hot',
  balance: 'accounts/assets:hot/balance',
  'balance effective at': 'accounts/assets:hot/balance?effectiveAt=2023-01-05T12:00:00Z',
  'balance known at': 'accounts/assets:hot/balance?knownAt=2023-01-05T12:00:00Z',
  'trial balance of a month': 'reports/trial-balance?from=2023-01-01&to=2023-01-31',
};

async function medianMs(path) {
  const times = [];
  for (let turn = 0; turn < REPEATS; turn++) {
    const start = performance.now();
    const response = await fetch(url(path), { headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[REPEATS / 2];
}

const columns = [];
let filled = 0;
for (const size of SIZES) {
  await fill(filled + 1, size);
  filled = size;
  const column = {};
  for (const [name, path] of Object.entries(READS)) column[name] = await medianMs(path);
  columns.push(column);
}
await db.end();
await service.stop();
console.log(`| read, median ms | ${SIZES.map((size) => size.toLocaleString('en')).join(' | ')} | last to first |`);
console.log(`|---|${'---|'.repeat(SIZES.length + 1)}`);
for (const name of Object.keys(READS)) {
  const times = columns.map((column) => column[name]);
  console.log(
    `| ${name} | ${times.map((ms) => ms.toFixed(1)).join(' | ')} | ${(times.at(-1) / times[0]).toFixed(1)} |`,
  );
}
