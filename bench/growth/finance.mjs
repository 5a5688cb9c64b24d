// A ledger of half a minute between transactions. Accounts, customers, types and states that are common, rare and absent; of some that are
// common none goes with another one, so that nothing matches both.
export const tags = ['finance'];
export const unasked = ['/verify', '/receipt'];

const START = `timestamptz '2025-06-01Z'`;
/** As `auth.mjs` makes users: one who has most of it done, and many others. */
const personOf = (n) => `(lpad(to_hex(${n}), 12, '0') || '70008000000000000001')::uuid`;
const ACCOUNTS = ['assets:hot', 'assets:side', 'assets:cold', 'expenses:rare'];
const EXTRA_ACCOUNTS = 20;

/** Every fifth is a refund, which is never of the hot account; every thousandth is of a rare type, channel, currency, account. */
const COLUMNS = `
  CASE WHEN n % 1000 = 0 THEN 'expense' WHEN n % 5 = 0 THEN 'refund' ELSE 'sale' END AS type,
  CASE WHEN n % 100 = 3 THEN (ARRAY['pending','captured','voided'])[1 + n / 100 % 3] ELSE 'posted' END AS state,
  CASE WHEN n % 1000 = 7 THEN 'CHF' WHEN n % 4 = 1 THEN 'EUR' ELSE 'USD' END AS currency,
  CASE WHEN n % 1000 = 0 THEN 'b2b' WHEN n % 5 = 0 THEN NULL WHEN n % 2 = 0 THEN 'marketplace' ELSE 'online_store' END AS channel,
  CASE WHEN n % 3 = 0 THEN 'WALK-IN' ELSE 'CUSTOMER-' || n / 50 END AS customer_id,
  CASE WHEN n % 1000 = 0 THEN 'expenses:rare' WHEN n % 5 = 0 THEN 'assets:side' ELSE 'assets:hot' END AS debited`;

const ID = `(lpad(to_hex(n), 12, '0') || '70008000000000000000')::uuid`;

export async function fill(db, from, to) {
  const change = async (what) => {
    for (const table of ['finance_transaction', 'finance_entry', 'finance_hold'])
      await db.query(`ALTER TABLE ${table} ${what} TRIGGER USER`);
  };
  await change('DISABLE');
  if (from === 0) await accounts(db);
  const { rows } = await db.query(
    `SELECT 1 FROM information_schema.columns WHERE table_name = 'finance_entry' AND column_name = 'kind'`,
  );
  const hasKind = rows.length > 0;
  const kind = hasKind ? ', kind' : '';
  const values = [from + 1, to];
  const source = `(SELECT n, ${ID} AS id, ${START} + n * interval '30 seconds' AS at, ${COLUMNS} FROM generate_series($1::int, $2::int) AS n) s`;
  await db.query(
    `INSERT INTO finance_transaction (id, type, state, amount, currency, channel, order_id, customer_id, description, postings, effective_at,
       recorded_at, block_number, created_by, correlation_id ${kind})
     SELECT id, type, state, 1, currency, channel, 'ORDER-' || n, customer_id, 'bench',
       jsonb_build_array(jsonb_build_object('account', debited, 'amount', '1', 'currency', currency, 'direction', 'debit'),
                         jsonb_build_object('account', 'assets:cold', 'amount', '1', 'currency', currency, 'direction', 'credit')),
       at, at, 1, CASE WHEN n % 5 = 0 THEN ${personOf('1 + n / 50')} ELSE ${personOf('1')} END, 'request-' || n / 3 ${hasKind ? `, ${KIND}` : ''}
     FROM ${source}`,
    values,
  );
  const legs = `${source} CROSS JOIN LATERAL (VALUES (s.debited, 1), ('assets:cold', -1)) AS leg (code, sign) JOIN finance_account a USING (code)`;
  await db.query(
    `INSERT INTO finance_entry (account_id, version, transaction_id, amount, net_after, effective_at, recorded_at ${kind})
     SELECT account_id, v, id, sign, sign * v, at, at ${kind} FROM (
       SELECT a.id AS account_id, s.id, sign, at ${hasKind ? `, ${KIND} AS kind` : ''},
         (SELECT version FROM finance_balance WHERE account_id = a.id) + row_number() OVER (PARTITION BY a.id ORDER BY n) AS v
       FROM ${legs} WHERE state = 'posted') numbered`,
    values,
  );
  await db.query(
    `UPDATE finance_balance b SET version = e.version, net = e.net_after
     FROM (SELECT DISTINCT ON (account_id) * FROM finance_entry ORDER BY account_id, version DESC) e WHERE e.account_id = b.account_id`,
  );
  await db.query(
    `INSERT INTO finance_hold (account_id, version, transaction_id, amount ${hasKind ? ', kind, state, effective_at' : ''})
     SELECT a.id, n, s.id, sign ${hasKind ? `, ${KIND}, state, at` : ''} FROM ${legs} WHERE state <> 'posted'`,
    values,
  );
  await db.query(
    `INSERT INTO finance_daily AS d (account_id, day, channel, debits, credits)
     SELECT a.id, (at AT TIME ZONE 'UTC')::date, '', sum(greatest(sign, 0)), -sum(least(sign, 0))
     FROM ${legs} WHERE state = 'posted' GROUP BY 1, 2
     ON CONFLICT (account_id, day, channel) DO UPDATE SET debits = d.debits + excluded.debits, credits = d.credits + excluded.credits`,
    values,
  );
  await db.query(
    `INSERT INTO finance_import (id, principal_id, key, lines, posted, created_at, updated_at)
     SELECT ${ID}, ${ID}, 'import-' || n, 0, 0, now(), now() FROM generate_series($1::int, $2::int, 20) AS n`,
    values,
  );
  await db.query(
    `INSERT INTO finance_import_rejection (import_id, line, refusal)
     SELECT (SELECT id FROM finance_import ORDER BY id LIMIT 1), n, '{"code":"FINANCE.INVALID","message":"no"}' FROM generate_series($1::int, $2::int) AS n`,
    values,
  );
  await change('ENABLE');
}

/** As the service numbers them (libs/finance/src/books/transaction-kind.ts). */
const KIND = `
  array_position(ARRAY['sale','refund','purchase','adjustment','transfer','expense','revenue','journal','reversal'], s.type)
  + 16 * coalesce(array_position(ARRAY['online_store','physical_store','marketplace','social_commerce','wholesale','b2b'], s.channel), 0)
  + 256 * ((ascii(s.currency) - 64) * 1024 + (ascii(substr(s.currency, 2)) - 64) * 32 + ascii(substr(s.currency, 3)) - 64)`;

async function accounts(db) {
  const codes = [...ACCOUNTS, ...Array.from({ length: EXTRA_ACCOUNTS }, (_, index) => `assets:extra-${index}`)];
  await db.query(
    `WITH made AS (
       INSERT INTO finance_account (code, name, type, currency, created_at)
       SELECT code, code, CASE WHEN code LIKE 'expenses%' THEN 'expense' ELSE 'asset' END, 'USD', now() FROM unnest($1::text[]) AS code RETURNING id)
     INSERT INTO finance_balance (account_id) SELECT id FROM made`,
    [codes],
  );
}

export async function samples(db) {
  const { rows } = await db.query(
    `SELECT 'assets:hot' AS code, (SELECT id FROM finance_import ORDER BY id LIMIT 1) AS "importId",
            (SELECT id FROM finance_transaction WHERE order_id = 'ORDER-901') AS id`,
  );
  return rows[0];
}

const transactions = (query) => `/api/v1/finance/transactions?limit=20&${query}`;
const FILTERS = {
  type: ['type=sale', 'type=purchase'],
  rare: ['type=expense', 'channel=wholesale'],
  channel: ['channel=marketplace', 'channel=wholesale'],
  state: ['state=captured', 'state=expired'],
  posted: ['state=posted', 'state=expired'],
  account: ['account=assets:hot', 'account=assets:nothing'],
  side: ['account=assets:side', 'account=assets:extra-1'],
  order: ['orderId=ORDER-901', 'orderId=nothing'],
  customer: ['customerId=CUSTOMER-18', 'customerId=nobody'],
  walkIn: ['customerId=WALK-IN', 'customerId=nobody'],
  currency: ['currency=EUR', 'currency=JPY'],
  span: ['from=2025-06-02&to=2025-06-03', 'from=2024-01-01&to=2024-01-31'],
  since: ['from=2025-06-02', 'from=2999-01-01'],
  correlation: ['correlationId=request-300', 'correlationId=nothing'],
  original: [
    'originalTransactionId=00000000-0000-7000-8000-000000000000',
    'originalTransactionId=00000000-0000-7000-8000-000000000001',
  ],
};
const keyOf = (query) => query.split('=')[0];
const common = Object.values(FILTERS).map(([filter]) => filter);
const absent = [...new Set(Object.values(FILTERS).map(([, filter]) => filter))];
const all = [...common, ...absent];
const pairs = all.flatMap((one, index) =>
  all
    .slice(index + 1)
    .filter((other) => keyOf(other) !== keyOf(one))
    .map((other) => `${one}&${other}`),
);
const DAY = '2025-06-02T12:00:00Z';

export const reads = {
  ...Object.fromEntries([...all, ...pairs].map((query) => [`transactions ${query}`, transactions(query)])),
  ...Object.fromEntries(
    ['effectiveAt', 'knownAt', `effectiveAt=${DAY}&knownAt`].flatMap((names) =>
      [DAY, new Date().toISOString()].map((at) => [
        `balance ${names}=${at.slice(0, 10)}`,
        `/api/v1/finance/accounts/assets:hot/balance?${names}=${at}`,
      ]),
    ),
  ),
  'statement of a month': '/api/v1/finance/accounts/assets:hot/statement?period=2025-06',
  'statement of a day': '/api/v1/finance/accounts/assets:hot/statement?from=2025-06-02&to=2025-06-02',
  'statement by recording': '/api/v1/finance/accounts/assets:hot/statement?period=2025-06&basis=recorded',
  ...Object.fromEntries(
    [
      'text=hot',
      'text=nothing',
      'type=revenue',
      'currency=JPY',
      'closed=true',
      'prefix=assets:h',
      'prefix=x',
      'type=asset&currency=JPY',
    ].map((query) => [`accounts ${query}`, `/api/v1/finance/accounts?${query}`]),
  ),
  'imports of a key': '/api/v1/finance/imports?key=import-1',
  'imports of no key': '/api/v1/finance/imports?key=nothing',
  ...Object.fromEntries(
    ['trial-balance', 'income-statement', 'balance-sheet', 'revenue'].flatMap((report) => [
      [`${report} of two days`, `/api/v1/finance/reports/${report}?from=2025-06-02&to=2025-06-03`],
      [`${report} of nothing`, `/api/v1/finance/reports/${report}?from=2025-06-02&to=2025-06-03&currency=JPY`],
    ]),
  ),
  'import lines rejected': '/api/v1/finance/imports/{importId}/lines?status=rejected',
};
