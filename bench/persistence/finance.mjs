// A ledger as `growth/finance.mjs` makes it, with a few blocks of transactions that were really posted.
import { fill as fillFinance } from '../growth/finance.mjs';

const BLOCKS = 20;
const ITEMS = 50;
const DAYS = 'from=2025-06-02&to=2025-06-03';
const AT = '2025-06-02T12:00:00Z';

export async function fill(db, size) {
  await fillFinance(db, 0, size);
  // What no commit wrote is in no block: a verification counts it, and works out only what was posted.
  await db.query('ALTER TABLE finance_transaction DISABLE TRIGGER USER');
  await db.query('UPDATE finance_transaction SET block_number = NULL');
  await db.query('ALTER TABLE finance_transaction ENABLE TRIGGER USER');
}

const sale = { type: 'sale', amount: '100.00', currency: 'USD' };
const sales = { transactions: Array.from({ length: ITEMS }, () => sale) };

export async function rows({ url, token }) {
  const ids = [];
  for (let block = 0; block < BLOCKS; block++) {
    const response = await fetch(`${url}/api/v1/finance/transactions/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(sales),
    });
    if (!response.ok) throw new Error(`batch: ${response.status} ${await response.text()}`);
    const { results } = await response.json();
    ids.push(...results.map(({ transaction }) => transaction.id));
  }
  let next = 0;
  // Each is given back a cent at a time.
  const refund = () => {
    next += 1;
    return { type: 'refund', amount: '0.01', originalTransactionId: ids[next % ids.length] };
  };
  const post = { method: 'POST' };
  return {
    'a transaction by its id': { path: `/finance/transactions/${ids[0]}` },
    'balance of now': { path: '/finance/accounts/assets:hot/balance' },
    'balance as of a time': { path: `/finance/accounts/assets:hot/balance?effectiveAt=${AT}` },
    'balance as known at a time': { path: `/finance/accounts/assets:hot/balance?knownAt=${AT}` },
    'statement of days': { path: `/finance/accounts/assets:hot/statement?${DAYS}` },
    'trial balance of two days': { path: `/finance/reports/trial-balance?${DAYS}` },
    'transactions by filters that few meet': { path: '/finance/transactions?channel=wholesale&state=captured' },
    'transactions of an account': { path: '/finance/transactions?account=assets:hot&type=purchase' },
    // The longer the span, the more the cursor is worth: pages by key find and sort it anew for each.
    'export of days': { path: `/finance/export?format=csv&${DAYS}` },
    'one transaction': { path: '/finance/transactions/record', ...post, body: sale },
    'refund of a part': { path: '/finance/transactions/record', ...post, body: refund },
    'a batch of transactions': { path: '/finance/transactions/batch', ...post, body: sales },
  };
}
