import { createHash, createPublicKey, verify } from 'node:crypto';
import { Client } from 'pg';
import { ErrorReporter } from '#platform/kernel';
import { PublishedKeys } from '#platform/security';
import { SelfAuditJob } from './self-audit.job.js';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';
import { FinanceClient, journal } from '../../../../test/e2e/finance/finance-client.js';

interface Report {
  valid: boolean;
  blocks: number;
  transactions: number;
  problemCount: number;
  problems: { block: number | null; message: string }[];
}

interface Receipt {
  record: object;
  leaf: string;
  index: number;
  proof: string[];
  block: Record<'previousHash' | 'merkleRoot' | 'committedAt' | 'hash' | 'keyId' | 'signature', string> & {
    number: number;
    count: number;
  };
  key: { kid: string; crv: string; x: string };
}

/** How a value of a type is changed, if not by a rule of its own. */
const CHANGES: Record<string, string> = {
  bigint: 'c + 1000',
  integer: 'c + 1',
  numeric: 'c + 1',
  text: `c || 'x'`,
  uuid: 'gen_random_uuid()',
  'timestamp with time zone': `c + interval '1 millisecond'`,
  date: 'c + 1',
  boolean: 'NOT c',
  jsonb: `CASE jsonb_typeof(c) WHEN 'array' THEN jsonb_set(c, '{0,amount}', '"1"') ELSE c || '{"x": 1}' END`,
  json: `(c::jsonb || '{"x": 1}')::json`,
  bytea: `set_byte(c, 0, (get_byte(c, 0) + 1) % 256)`,
};

/** Columns whose values are bound by a check, and what to put there. */
const OTHERS: Record<string, string> = {
  'finance_transaction.type': `'journal'`,
  'finance_transaction.state': `CASE c WHEN 'posted' THEN 'voided' ELSE 'posted' END`,
  'finance_transaction.currency': `'EUR'`,
  'finance_transaction.channel': `'b2b'`,
  'finance_account.type': `'equity'`,
  'finance_account.currency': `'EUR'`,
  'finance_settlement.outcome': `'expired'`,
  'finance_settlement.capture_id': 'gen_random_uuid()',
  'finance_period.month': `'1999-01'`,
};

/** Which row of each table is changed, and the block that must be named; none where the table lies beside the chain. */
const ROWS: Record<string, { where: string; block: string | null; skip?: string[] }> = {
  finance_transaction: { where: `order_id = 'ORDER-1' AND type = 'sale'`, block: 'block_number' },
  finance_account: { where: `code = 'assets:limited'`, block: 'block_number', skip: ['id'] },
  finance_account_change: { where: 'is_closed', block: 'block_number' },
  finance_settlement: { where: `outcome = 'voided'`, block: 'block_number', skip: ['capture_id'] },
  finance_request: { where: `key = 'sealed-key'`, block: 'block_number' },
  finance_entry: {
    where: `transaction_id = (SELECT id FROM finance_transaction WHERE order_id = 'ORDER-1' AND type = 'sale') AND amount > 0`,
    block: `(SELECT block_number FROM finance_transaction WHERE order_id = 'ORDER-1' AND type = 'sale')`,
  },
  finance_hold: {
    where: `transaction_id = (SELECT id FROM finance_transaction WHERE state = 'voided') AND amount > 0`,
    block: `(SELECT block_number FROM finance_transaction WHERE state = 'voided')`,
  },
  finance_period: { where: 'true', block: 'block_number' },
  finance_block: { where: 'number = 5', block: 'number' },
  finance_signing_key: { where: 'true', block: null, skip: ['private_key', 'created_at', 'id'] },
  finance_balance: {
    where: `account_id = (SELECT id FROM finance_account WHERE code = 'assets:limited')`,
    block: null,
  },
  finance_daily: { where: `channel = 'marketplace' AND credits > 0`, block: null },
  finance_head: { where: 'true', block: null, skip: ['is_only'] },
};

describe('integrity', () => {
  let app: TestApp;
  let replica: TestApp;
  let ledger: FinanceClient;
  let database: Client;

  beforeAll(async () => {
    app = await startTestApp();
    replica = await startTestApp({}, app);
    ledger = await FinanceClient.of(app);
    await ledger.account('assets:limited', { minBalance: '-100.00', maxBalance: '100000.00', metadata: { a: 1 } });
    const sale = {
      amount: '21.00',
      taxAmount: '1.00',
      orderId: 'ORDER-1',
      customerId: 'C-1',
      channel: 'marketplace',
      notes: 'é 漢字 \u2028',
      metadata: { z: 1.5, a: [1e21, 0.000001, -0], ü: null },
    };
    const first = await ledger.post('transactions/record', sale, 'sealed-key');
    const refund = { type: 'refund', amount: '3.00', originalTransactionId: first.body.transactionId };
    await ledger.post('transactions/record', refund);
    const held = journal(['debit assets:limited 5.00', 'credit equity:adjustments:USD 5.00'], {
      state: 'pending',
      expiresAt: '2099-01-01',
    });
    await ledger.account('assets:closed');
    await ledger.patch('accounts/assets:closed', { name: 'Was an account' });
    await ledger.patch('accounts/assets:closed', { closed: true });
    for (const end of ['capture', 'void', undefined]) {
      const { body } = await ledger.post('transactions', held);
      if (end) await ledger.post(`transactions/${body.transactionId}/${end}`);
    }
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        (index % 2 ? ledger : ledger.at(replica)).post('transactions/record', { amount: `${index + 1}.00` }),
      ),
    );
    await ledger.post('transactions/record', { amount: '0.001' }, 'refused');
    await ledger.post('transactions/record', { amount: '1.00', transactionDate: '2026-01-05' });
    await ledger.post('periods/2026-01/close');
    database = new Client({ connectionString: app.databaseUrl });
    await database.connect();
    // As somebody would who owns the server.
    await database.query('SET session_replication_role = replica');
    for (const table of Object.keys(ROWS))
      await database.query(`CREATE TEMP TABLE saved_${table} AS SELECT * FROM ${table}`);
  });
  afterAll(async () => {
    await database.end();
    await replica.close();
    await app.close();
  });

  const report = async (): Promise<Report> => (await ledger.get<Report>('verify')).body;

  /** Does something to a table, asks for a report, and puts the table back. */
  const reportAfter = async (table: string, sql: string): Promise<Report & { rows: number | null }> => {
    try {
      const { rowCount } = await database.query(sql);
      return { ...(await report()), rows: rowCount };
    } finally {
      await database.query(`DELETE FROM ${table}`);
      const overriding = table === 'finance_account' ? 'OVERRIDING SYSTEM VALUE' : '';
      await database.query(`INSERT INTO ${table} ${overriding} SELECT * FROM saved_${table}`);
    }
  };

  it('holds for everything that was written through either replica', async () => {
    expect(await report()).toMatchObject({ valid: true, problems: [], problemCount: 0, transactions: 67 });
    const { rows } = await database.query(
      'SELECT count(*)::int AS blocks, max(number)::int AS number FROM finance_block',
    );
    expect(rows).toEqual([{ blocks: (await report()).blocks, number: (await report()).blocks }]);
  });

  it.each(Object.entries(ROWS))('finds every field of %s that was changed, and names the block', async (table, row) => {
    const { rows: columns } = await database.query<{ name: string; type: string }>(
      `SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_name = $1`,
      [table],
    );
    const missed: string[] = [];
    for (const { name, type } of columns) {
      if (row.skip?.includes(name)) continue;
      const change = (OTHERS[`${table}.${name}`] ?? CHANGES[type] ?? '').replaceAll(/\bc\b/g, `t.${name}`);
      const { rows: found } = await database.query<{ ctid: string; old: unknown; block: string | null }>(
        `SELECT ${row.block ?? 'NULL'} AS block, t.${name}::text AS old FROM ${table} t WHERE ${row.where} LIMIT 1`,
      );
      const [before] = found;
      if (!before) throw new Error(`${table} has no such row`);
      const value = before.old === null ? nullReplacement(type) : change;
      const { valid, problems, rows } = await reportAfter(
        table,
        `UPDATE ${table} t SET ${name} = ${value} WHERE ctid = (SELECT ctid FROM ${table} t WHERE ${row.where} LIMIT 1)`,
      );
      expect({ table, name, rows }).toEqual({ table, name, rows: 1 });
      const isNamed = before.block === null || problems.some(({ block }) => block === Number(before.block));
      if (valid || !isNamed) missed.push(`${name}: ${JSON.stringify(problems)}`);
    }
    expect(missed).toEqual([]);
    expect((await report()).valid).toBe(true);
  });

  it.each([
    'DELETE FROM finance_block WHERE number = (SELECT max(number) FROM finance_block)',
    'DELETE FROM finance_block WHERE number = 3',
    `DELETE FROM finance_transaction WHERE order_id = 'ORDER-1' AND type = 'sale'`,
    `DELETE FROM finance_entry WHERE (account_id, version) IN (SELECT account_id, version FROM finance_entry LIMIT 1)`,
    `DELETE FROM finance_settlement WHERE outcome = 'voided'`,
    `DELETE FROM finance_account_change WHERE is_closed`,
    `INSERT INTO finance_entry SELECT account_id, version + 1000, transaction_id, amount, net_after, effective_at, recorded_at
     FROM finance_entry LIMIT 1`,
    `INSERT INTO finance_transaction (id, type, state, amount, currency, postings, effective_at, recorded_at)
     VALUES (gen_random_uuid(), 'journal', 'posted', 1, 'USD', '[]', now(), now())`,
  ])('finds rows that were taken out or put in: %s', async (sql) => {
    const [, table = ''] = /(?:FROM|INTO) (\w+)/.exec(sql) ?? [];
    expect(await reportAfter(table, sql)).toMatchObject({ valid: false, rows: 1 });
    expect((await report()).valid).toBe(true);
  });

  it('is audited by itself; what does not add up is a critical error in the ledger of errors', async () => {
    const report = jest.spyOn(replica.get(ErrorReporter), 'report');
    await replica.get(SelfAuditJob).audit();
    expect(report).not.toHaveBeenCalled();
    await database.query(
      'UPDATE finance_balance SET net = net + 1 WHERE account_id = (SELECT min(account_id) FROM finance_balance)',
    );
    await replica.get(SelfAuditJob).audit();
    await database.query(
      'UPDATE finance_balance SET net = net - 1 WHERE account_id = (SELECT min(account_id) FROM finance_balance)',
    );
    const error: unknown = expect.objectContaining({ code: 'FINANCE.LEDGER_DRIFT' });
    expect(report).toHaveBeenCalledWith(expect.objectContaining({ severity: 'critical', error }));
    const { text } = await app.call('GET', '/metrics');
    expect(text).toMatch(/^devskyy_finance_audit_problems 1$/m);
    report.mockRestore();
  });

  it('gives receipts that anybody can check with the public key', async () => {
    const { body: list } = await ledger.get<{ items: { id: string }[] }>('transactions?limit=40');
    const [published] = await app.get(PublishedKeys).all();
    for (const { id } of list.items) {
      const { body } = await ledger.get<Receipt>(`transactions/${id}/receipt`);
      expect(check(body)).toBe(true);
      expect(JSON.stringify(body.record)).toContain(id);
      expect(body.key).toMatchObject({ kid: body.block.keyId, x: published?.['x'] });
      expect(check({ ...body, record: { transaction: { ...body.record, amount: '1' } } })).toBe(false);
    }
    expect((await ledger.get(`transactions/01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00/receipt`)).status).toBe(404);
  });
});

function nullReplacement(type: string): string {
  return { uuid: 'gen_random_uuid()', bigint: '1', 'timestamp with time zone': 'now()' }[type] ?? `'x'`;
}

/** Written from docs/finance.md alone, with nothing of the service. */
function check({ record, index, proof, block, key }: Receipt): boolean {
  const sha256 = (...parts: (Buffer | string)[]): Buffer =>
    parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
  const canonical = (value: unknown): string =>
    Array.isArray(value)
      ? `[${value.map(canonical).join(',')}]`
      : value !== null && typeof value === 'object'
        ? `{${Object.keys(value)
            .sort()
            .map((name) => `${JSON.stringify(name)}:${canonical((value as Record<string, unknown>)[name])}`)
            .join(',')}}`
        : JSON.stringify(value);
  let [hash, at, last] = [sha256('\0', canonical(record)), index, block.count - 1];
  for (const text of proof) {
    const sibling = Buffer.from(text, 'hex');
    const isRight = at % 2 === 1 || at === last;
    hash = isRight ? sha256('\x01', sibling, hash) : sha256('\x01', hash, sibling);
    if (isRight) while (at % 2 === 0 && at > 0) [at, last] = [at >> 1, last >> 1];
    [at, last] = [at >> 1, last >> 1];
  }
  const { number, previousHash, merkleRoot, count, committedAt } = block;
  const sealed = sha256(canonical({ number, previousHash, merkleRoot, count, committedAt }));
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: key.crv, x: key.x }, format: 'jwk' });
  return (
    hash.toString('hex') === merkleRoot &&
    sealed.toString('hex') === block.hash &&
    verify(null, sealed, publicKey, Buffer.from(block.signature, 'base64url'))
  );
}
