import type { AccountType } from '../books/account.js';
import { type Block, ChainFollower, leafHash, type PublicJwk } from '../chain/chain.js';
import { LedgerRebuild } from '../chain/ledger-rebuild.js';
import type { Posting, Transaction } from '../books/transaction.js';

/** What a check of an exported ledger found. */
export interface ExportReport {
  blocks: number;
  transactions: number;
  /** Hash of the latest block; whoever noted it earlier knows that nothing before it changed. */
  hash: string;
  /** Block and fault; 0 for the file itself. */
  problems: { block: number; message: string }[];
}

/** A line of an export. */
interface Line {
  ledger?: { format: number; keys: PublicJwk[] };
  account?: { code: string; type: AccountType; currency: string };
  transaction?: Omit<Transaction, 'postings' | 'amount' | 'effectiveAt' | 'recordedAt'> & {
    postings: (Omit<Posting, 'amount'> & { amount: string })[];
    effectiveAt: string;
    recordedAt: string;
  };
  period?: { month: string; timeZone?: string };
  leaf?: string;
  block?: Block;
  balances?: { account: string; net: string }[];
  end?: { blocks: number; hash: string };
}

/**
 * Checks an exported ledger without the service: the chain, every signature, every posting, every balance.
 *
 * @param pinned the keys to trust; without them those in the file, which shows that it fits together but not whose it is
 */
export async function verifyLedgerExport(
  lines: AsyncIterable<string>,
  pinned?: readonly PublicJwk[],
): Promise<ExportReport> {
  const check = new ExportCheck(pinned);
  for await (const line of lines) check.line(line);
  return check.finish();
}

class ExportCheck {
  private readonly problems: ExportReport['problems'] = [];
  private readonly rebuild = new LedgerRebuild((block, message) => this.problem(block, message));
  private chain: ChainFollower | undefined;
  private leaves: Buffer[] = [];
  private transactions = 0;
  private lines = 0;
  private isComplete = false;

  constructor(private readonly pinned: readonly PublicJwk[] | undefined) {}

  line(text: string): void {
    this.lines += 1;
    if (text.trim() === '') return;
    try {
      this.read(JSON.parse(text) as Line);
    } catch {
      this.problem(this.current, `Line ${this.lines} cannot be read`);
    }
  }

  finish(): ExportReport {
    if (!this.isComplete) this.problem(0, 'The file ends before the ledger does');
    const { number = 0, hash = '' } = this.chain?.head ?? {};
    return { blocks: number, transactions: this.transactions, hash, problems: this.problems };
  }

  /** The block that is being read. */
  private get current(): number {
    return (this.chain?.head.number ?? 0) + 1;
  }

  private read(line: Line): void {
    if (this.isComplete) this.problem(0, `Line ${this.lines} is after the end`);
    const { ledger, block, account, transaction, period, leaf, balances, end } = line;
    if (ledger) this.begin(ledger);
    if (leaf !== undefined) this.leaves.push(Buffer.from(leaf, 'hex'));
    if (period) {
      this.leaves.push(leafHash({ period }));
      this.rebuild.period(period, this.current);
    }
    if (account) {
      this.leaves.push(leafHash({ account }));
      this.rebuild.account(account);
    }
    if (transaction) this.rebuilt(transaction);
    if (block) {
      for (const fault of this.chain?.follow(block, this.leaves) ?? ['The file has no head'])
        this.problem(block.number, fault);
      this.leaves = [];
    }
    for (const { account: code, net } of balances ?? []) {
      if (this.rebuild.accounts.get(code)?.net.toString() !== net)
        this.problem(0, `The balance of ${code} is not what its transactions come to`);
    }
    if (end) {
      this.isComplete = true;
      const head = this.chain?.head;
      if (head?.number !== end.blocks || (end.blocks > 0 && head.hash !== end.hash) || this.leaves.length > 0)
        this.problem(0, 'The end is not that of the latest block');
    }
  }

  private begin({ format, keys }: NonNullable<Line['ledger']>): void {
    if (format !== 1) this.problem(0, `The format ${format} is unknown`);
    this.chain = new ChainFollower(new Map((this.pinned ?? keys).map((key) => [key.kid, key])));
  }

  private rebuilt(record: NonNullable<Line['transaction']>): void {
    this.leaves.push(leafHash({ transaction: record }));
    this.transactions += 1;
    const transaction = {
      ...record,
      amount: 0n,
      postings: record.postings.map((posting) => ({ ...posting, amount: BigInt(posting.amount) })),
      effectiveAt: new Date(record.effectiveAt),
      recordedAt: new Date(record.recordedAt),
    };
    this.rebuild.transaction(transaction, this.current);
  }

  private problem(block: number, message: string): void {
    this.problems.push({ block, message });
  }
}
