import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { type PublicJwk, verifyLedgerExport } from '#finance';
import { PublishedKeys } from '#platform/security';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { FinanceClient, journal } from './finance-client.js';

/** Programs that know double entry better than we do: name, arguments, and the format they read. */
const CHECKERS = [
  { program: 'hledger', args: (file: string) => ['-f', file, 'check', '--strict'], format: 'hledger' },
  { program: 'ledger', args: (file: string) => ['--pedantic', '-f', file, 'bal'], format: 'hledger' },
  { program: 'bean-check', args: (file: string) => [file], format: 'beancount' },
];

describe('exports', () => {
  let app: TestApp;
  let ledger: FinanceClient;
  let dir: string;

  beforeAll(async () => {
    app = await startTestApp();
    ledger = await FinanceClient.of(app);
    dir = await mkdtemp(path.join(tmpdir(), 'devskyy-export-'));
    await ledger.account('assets:bank_main');
    await ledger.account('assets:bank-main');
    await ledger.account('wallet', { type: 'liability' });
    await ledger.account('assets:yen', { currency: 'JPY' });
    await ledger.account('assets:dinar', { currency: 'BHD' });
    for (const currency of ['USD', 'JPY', 'BHD']) {
      await ledger.account(`equity:conversion:${currency}`, { type: 'equity', currency });
    }
    const sale = await ledger.post('transactions/record', {
      amount: '21.00',
      subtotal: '20.00',
      taxAmount: '2.00',
      shippingAmount: '1.00',
      discountAmount: '2.00',
      orderId: '=HYPERLINK("http://example.com")',
      notes: 'First; a "sale" \\ with | signs\n2026-01-01 * and a line break, é  漢字',
      transactionDate: '2026-02-03T23:59:59Z',
    });
    await ledger.post('transactions/record', {
      type: 'refund',
      amount: '3.33',
      originalTransactionId: sale.body.transactionId,
    });
    const bodies = [
      journal([
        'credit assets:bank_main 10.00',
        'debit equity:conversion:USD 10.00',
        'credit equity:conversion:JPY 1555 JPY',
        'debit assets:yen 1555 JPY',
      ]),
      journal(['credit equity:conversion:BHD 1.234 BHD', 'debit assets:dinar 1.234 BHD']),
      journal(['debit assets:bank-main 90071992547409.91', 'credit wallet 90071992547409.91']),
      journal(['debit assets:bank-main 1.00', 'credit wallet 1.00'], { state: 'pending' }),
    ];
    for (const body of bodies) await ledger.post('transactions', body);
    const voided = await ledger.post('transactions', bodies[3] ?? {});
    await ledger.post(`transactions/${voided.body.transactionId}/void`);
  });
  afterAll(async () => {
    await rm(dir, { recursive: true, force: true });
    await app.close();
  });

  const exported = async (format: string): Promise<string> => ledger.text(`export?format=${format}`);
  /** Exit status of a program on a text. */
  const verdict = async ({ program, args }: (typeof CHECKERS)[number], text: string): Promise<number> => {
    const file = path.join(dir, 'export');
    await writeFile(file, text);
    const { status, stderr } = spawnSync(program, args(file), { encoding: 'utf8' });
    if (status !== 0 && stderr && /Error|error/.test(stderr)) lastComplaint = stderr;
    return status ?? -1;
  };
  let lastComplaint = '';

  for (const checker of CHECKERS) {
    const isInstalled = spawnSync(checker.program, ['--version']).error === undefined;
    const name = `are accepted by ${checker.program}, which finds a cent that was changed`;
    (isInstalled ? it : it.skip)(isInstalled ? name : `${name} (skipped: it is not installed)`, async () => {
      const text = await exported(checker.format);
      const status = await verdict(checker, text);
      expect({ status, complaint: status === 0 ? '' : lastComplaint }).toEqual({ status: 0, complaint: '' });
      const changes: [RegExp, string][] = [
        [/10\.00 USD/, '10.01 USD'],
        [/(-90071992547409\.91 )(?=USD|~)(?![^]*-90071992547409\.91)/, '-90071992547409.90 '],
        [/(?<=\n +)(assets:yen|Assets:Yen)(?= )/, 'assets:nowhere'],
      ];
      for (const [from, to] of changes) {
        const changed = text.replace(from, to);
        expect(changed).not.toBe(text);
        expect(await verdict(checker, changed)).not.toBe(0);
      }
    });
  }

  it('leave out what is pending or voided, and name every posted transaction once', async () => {
    const lines = (await exported('ndjson')).trim().split('\n');
    const ids = lines.flatMap((line) => (JSON.parse(line) as { transaction?: { id: string } }).transaction?.id ?? []);
    const { body } = await ledger.get<{ items: { id: string }[] }>('transactions?state=posted&limit=100');
    expect(ids.sort()).toEqual(body.items.map(({ id }) => id).sort());
    expect(ids.length).toBe(5);
  });

  describe('as NDJSON', () => {
    const check = async (text: string, pinned?: PublicJwk[]): Promise<string[]> => {
      const { problems } = await verifyLedgerExport(Readable.from(text.trim().split('\n')), pinned);
      return problems.map(({ block, message }) => `block ${block}: ${message}`);
    };
    const run = (...options: string[]) => {
      const main = path.resolve(__dirname, '../../../dist/apps/cli/src/main.js');
      const args = [main, 'verify', 'ledger', path.join(dir, 'ledger.ndjson'), ...options];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: dir });
      return { status, output: stdout + stderr };
    };

    it('are whole to `devskyy verify ledger`, with the keys of the JWKS and no others', async () => {
      const text = await exported('ndjson');
      expect(await check(text)).toEqual([]);
      writeFileSync(path.join(dir, 'ledger.ndjson'), text);
      writeFileSync(path.join(dir, 'jwks.json'), JSON.stringify({ keys: await app.get(PublishedKeys).all() }));
      const whole = run('--keys', path.join(dir, 'jwks.json'));
      expect(whole).toEqual({ status: 0, output: expect.stringContaining('The ledger is whole') });
      writeFileSync(path.join(dir, 'jwks.json'), JSON.stringify({ keys: [] }));
      const foreign = run('--keys', path.join(dir, 'jwks.json'));
      expect(foreign).toEqual({ status: 1, output: expect.stringContaining('block 1: The signature does not hold') });
    });

    it('show any line that was changed, taken out or moved, and the block', async () => {
      const text = await exported('ndjson');
      const lines = text.trim().split('\n');
      const at = lines.findIndex((line) => line.startsWith('{"transaction"'));
      const block = lines.slice(at).flatMap((line) => /"block":\{"number":(\d+)/.exec(line)?.[1] ?? [])[0];
      const faulty: [string, string][] = [
        [
          lines.map((line, index) => (index === at ? line.replace('"sale"', '"revenue"') : line)).join('\n'),
          `block ${block}:`,
        ],
        [lines.filter((_, index) => index !== at).join('\n'), `block ${block}:`],
        [lines.slice(0, -1).join('\n'), 'The file ends before the ledger does'],
        [[...lines.slice(0, -2), lines.at(-1)?.replace(/\d+/, '1')].join('\n'), 'not that of the latest block'],
        [text.replace(/("balances":.*?"net":")(-?\d+)/, '$1123'), 'The balance of'],
        [
          text.replace(/"signature":"(.)/, (_, first: string) => `"signature":"${first === 'A' ? 'B' : 'A'}`),
          'The signature does not hold',
        ],
        [text.replace('{"block"', 'garbage{"block"'), 'cannot be read'],
      ];
      for (const [changed, fault] of faulty) {
        expect(changed).not.toBe(text);
        expect((await check(changed)).join('\n')).toContain(fault);
      }
    });
  });

  it('are safe to open in a spreadsheet', async () => {
    const { text, headers } = await ledger.get('export?format=csv');
    expect(headers.get('content-type')).toMatch(/^text\/csv/);
    expect(headers.get('content-disposition')).toContain('ledger.csv');
    expect(text).toContain(`,"'=HYPERLINK(""http://example.com"")",`);
    expect(text.split('\r\n')[0]).toBe(
      'transactionId,type,recordedAt,effectiveAt,channel,orderId,customerId,description,account,direction,amount,currency',
    );
  });

  it('are of one moment, however much is posted while they are read', async () => {
    const posting = Promise.all(
      Array.from({ length: 30 }, () =>
        ledger.post('transactions/record', { amount: '1.00', paymentMethod: 'meanwhile' }),
      ),
    );
    const texts = await Promise.all(Array.from({ length: 5 }, () => exported('hledger')));
    await posting;
    for (const text of texts) {
      const sales = text.match(/ {2}1\.00 USD/g)?.length ?? 0;
      const asserted = /assets:clearing:meanwhile:USD {2}0\.00 USD = (\d+)\.00 USD/.exec(text)?.[1] ?? '0';
      expect(Number(asserted)).toBe(sales);
    }
  });

  it.each([
    '=1+1',
    '\n=1+1',
    '＝1+1',
    ' =1+1',
    '\u200b=1+1',
    '＋1',
    '－1',
    '＠SUM(1)',
    '@SUM(1)',
    '+1',
    '-1',
    '\t1',
    '\r1',
    '\n1',
    '\u00a0@x',
  ])('are safe whatever a cell begins with: %j', async (notes) => {
    const { body } = await ledger.post('transactions/record', {
      amount: '1.00',
      notes,
      orderId: notes,
      customerId: notes,
    });
    const text = await ledger.text('export?format=csv');
    const own = text.slice(text.indexOf(body.transactionId));
    const cell = /["\r\n]/.test(notes) ? `"'${notes}"` : `'${notes}`;
    expect(own).toContain(`,${cell},${cell},${cell},`);
  });

  it('of some days open with what was before and end with what is then', async () => {
    for (const [amount, day] of [
      ['1.00', '2014-05-31'],
      ['2.00', '2014-06-01'],
      ['4.00', '2014-06-30'],
      ['8.00', '2014-07-01'],
    ] as const) {
      await ledger.post('transactions/record', { amount, transactionDate: `${day}T12:00:00Z`, paymentMethod: 'range' });
    }
    const query = 'from=2014-06-01&to=2014-06-30';
    const csv = await ledger.text(`export?format=csv&${query}`);
    expect(csv.match(/assets:clearing:range:USD,debit,(\d+)/g)?.map((cell) => cell.at(-1))).toEqual(['2', '4']);
    const journalText = await ledger.text(`export?format=hledger&${query}`);
    expect(journalText).toContain('2014-06-01 * (opening) Opening balances\n    assets:clearing:range:USD  1.00 USD\n');
    expect(journalText).toContain(
      '2014-06-30 * (balances) All balances\n    assets:clearing:range:USD  0.00 USD = 7.00 USD\n',
    );
    const beancount = await ledger.text(`export?format=beancount&${query}`);
    expect(beancount).toContain('2014-06-01 * "Opening balances"\n  Assets:Clearing:Range:USD  1.00 USD\n');
    expect(beancount).toContain('2014-07-01 balance Assets:Clearing:Range:USD  7.00 ~ 0.00 USD\n');
    expect((await ledger.text('export?format=csv&to=2014-06-30')).match(/range/g)?.length).toBe(3);
    expect((await ledger.text('export?format=csv&from=2014-07-01')).match(/range/g)?.length).toBe(1);
    expect((await ledger.get(`export?format=ndjson&${query}`)).status).toBe(422);
    for (const checker of CHECKERS) {
      if (spawnSync(checker.program, ['--version']).error !== undefined) continue;
      expect(await verdict(checker, await ledger.text(`export?format=${checker.format}&${query}`))).toBe(0);
    }
  });

  it('ask for a known format', async () => {
    expect((await ledger.get('export?format=xls')).status).toBe(422);
    expect((await ledger.get('export')).status).toBe(422);
  });
});
