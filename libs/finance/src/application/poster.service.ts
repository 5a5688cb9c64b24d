import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, type Transaction as DatabaseTransaction } from '#platform/database';
import { AppException, Clock, Ids } from '#platform/kernel';
import { Metrics } from '#platform/observability';
import { normalSign } from '../domain/account.js';
import { type BatchState, decide, type Draft, type Passed, type Refusal } from '../domain/batch.js';
import {
  IdempotencyConflictException,
  PostingOverloadedException,
  PostingRefusedException,
} from '../domain/finance.exceptions.js';
import { differingFields } from '../domain/fingerprint.js';
import { formatMoney } from '../domain/money.js';
import { standardAccountOf } from '../domain/posting-rules.js';
import type { Transaction } from '../domain/transaction.js';
import {
  IdempotencyRepository,
  type KeyedRequest,
  type StoredAnswer,
} from '../infrastructure/idempotency.repository.js';
import { LedgerRepository, type LockedAccount, type NewEntry } from '../infrastructure/ledger.repository.js';
import { type TransactionView, toTransactionView } from './transaction-view.js';

/** Transactions in one commit at most; some 25 ms of work. */
const MAX_BATCH = 500;

/** Requests that may wait; more are told to come back. */
const MAX_WAITING = 10_000;

/** A balance after a transaction, in the account's normal sign and in major units. */
export interface BalanceView {
  account: string;
  currency: string;
  balance: string;
}

/** What a write is answered with. */
export interface PostingAnswer {
  transaction: TransactionView;
  balances: BalanceView[];
}

export interface PostingResult {
  answer: PostingAnswer;
  /** The answer is that of an earlier request with this key. */
  isReplay: boolean;
}

interface Waiting {
  request: KeyedRequest;
  draft: Draft;
  resolve: (result: PostingResult) => void;
  reject: (error: unknown) => void;
}

type Verdict = { answer: PostingAnswer } | { refusal: Refusal };

/** How one request of a batch ends once the batch is committed. */
type Outcome = () => void;

/**
 * Posts transactions by natural batching: while one batch commits, the next fills. A single request pays one commit; under load
 * hundreds share one, and a hot account is written once a batch. Each gets its own verdict, in order of arrival, and only after
 * the commit. Several replicas may post at once: accounts are locked in one order.
 */
@Injectable()
export class PosterService implements OnModuleInit {
  private readonly waiting: Waiting[] = [];
  private readonly knownAccounts = new Set<string>();
  private isPosting = false;

  constructor(
    private readonly ledger: LedgerRepository,
    private readonly requests: IdempotencyRepository,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.metrics.gauge(
      'finance_postings_waiting',
      'Transactions waiting to be posted by this process.',
      () => this.waiting.length,
    );
  }

  /**
   * Posts one transaction; resolves after its commit.
   *
   * @throws AppException saying why it was refused; IdempotencyConflictException, PostingOverloadedException
   */
  post(request: KeyedRequest, draft: Draft): Promise<PostingResult> {
    if (this.waiting.length >= MAX_WAITING) return Promise.reject(new PostingOverloadedException());
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, draft, resolve, reject });
      if (!this.isPosting) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.isPosting = true;
    while (this.waiting.length > 0) await this.commit(this.waiting.splice(0, MAX_BATCH));
    this.isPosting = false;
  }

  /** Commits a batch. What breaks a batch as a whole must not break its neighbours: they are then posted one by one. */
  private async commit(batch: Waiting[]): Promise<void> {
    try {
      await this.ensureStandardAccounts(batch);
      const outcomes = await this.database.transaction((tx) => this.postAll(tx, batch));
      for (const tell of outcomes) tell();
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const single of batch) await this.commit([single]);
    }
  }

  private async postAll(tx: DatabaseTransaction, batch: Waiting[]): Promise<Outcome[]> {
    const now = this.clock.now();
    const firsts = [...new Map([...batch].reverse().map((item) => [idOf(item.request), item])).values()].reverse();
    const claimed = await this.requests.claim(
      tx,
      firsts.map(({ request }) => request),
      now,
    );
    const fresh = firsts.filter(({ request }) => claimed.has(idOf(request)));
    const { state, locked } = await this.lock(tx, fresh);

    const verdicts = new Map<Waiting, Verdict>();
    const transactions: Transaction[] = [];
    const entries: NewEntry[] = [];
    for (const item of fresh) {
      try {
        const passed = decide(item.draft, state);
        const transaction = { ...item.draft.transaction, ...passed, id: this.ids.next(), recordedAt: now };
        transactions.push(transaction);
        for (const { account, amount, netAfter } of passed.movements) {
          const row = locked.get(account);
          if (!row) continue;
          row.version += 1n;
          const { effectiveAt, id: transactionId } = transaction;
          entries.push({ accountId: row.id, version: row.version, transactionId, amount, netAfter, effectiveAt });
        }
        verdicts.set(item, { answer: answerOf(transaction, passed, locked) });
      } catch (error) {
        if (!(error instanceof AppException)) throw error;
        const { code, category, kind, message, details } = error;
        verdicts.set(item, { refusal: { code, category, kind, message, details } });
      }
    }
    await this.write(tx, verdicts, transactions, entries, locked, now);
    const outcomes: Outcome[] = [];
    for (const item of batch) outcomes.push(await this.outcomeOf(tx, item, firsts, verdicts));
    return outcomes;
  }

  private async write(
    tx: DatabaseTransaction,
    verdicts: Map<Waiting, Verdict>,
    transactions: Transaction[],
    entries: NewEntry[],
    locked: Map<string, LockedAccount>,
    now: Date,
  ): Promise<void> {
    if (transactions.length > 0) {
      await this.ledger.addTransactions(tx, transactions);
      await this.ledger.addEntries(tx, entries, now);
      await this.ledger.moveBalances(tx, [...locked.values()]);
    }
    const answers = [...verdicts].map(([{ request }, answer]) => ({ request, answer }));
    if (answers.length > 0) await this.requests.answer(tx, answers);
  }

  /** Locks originals first, then accounts, each in one order. */
  private async lock(
    tx: DatabaseTransaction,
    items: Waiting[],
  ): Promise<{ state: BatchState; locked: Map<string, LockedAccount> }> {
    const originalIds = items.flatMap(({ draft }) => draft.follows?.originalId ?? []);
    const originals = await this.ledger.lockOriginals(tx, [...new Set(originalIds)]);
    const postings = [
      ...items.flatMap(({ draft }) => draft.postings),
      ...[...originals.values()].flatMap(({ transaction }) => transaction.postings),
    ];
    const codes = [...new Set(postings.map(({ account }) => account))];
    const locked = codes.length === 0 ? new Map<string, LockedAccount>() : await this.ledger.lockAccounts(tx, codes);
    return { state: { accounts: locked, originals }, locked };
  }

  /** A request with the key of another one in this batch, or of an earlier one, gets what that one got. */
  private async outcomeOf(
    tx: DatabaseTransaction,
    item: Waiting,
    firsts: Waiting[],
    verdicts: Map<Waiting, Verdict>,
  ): Promise<Outcome> {
    const own = verdicts.get(item);
    if (own) return () => tell(item, own, false);
    const first = firsts.find(({ request }) => idOf(request) === idOf(item.request));
    const verdict = first && verdicts.get(first);
    const stored: StoredAnswer | undefined =
      first && verdict
        ? { fingerprint: first.request.fingerprint, answer: verdict as unknown as Record<string, unknown> }
        : await this.requests.find(tx, item.request);
    if (!stored) throw new Error('A claimed key has no answer');
    const differing = differingFields(stored.fingerprint, item.request.fingerprint);
    if (differing.length > 0) return () => item.reject(new IdempotencyConflictException(differing));
    return () => tell(item, stored.answer as unknown as Verdict, true);
  }

  /** Standard accounts come into being with their first posting; made before the batch, so that making them locks nothing. */
  private async ensureStandardAccounts(batch: Waiting[]): Promise<void> {
    const codes = new Set(batch.flatMap(({ draft }) => draft.postings.map(({ account }) => account)));
    const missing = [...codes].filter((code) => !this.knownAccounts.has(code));
    const standard = missing.flatMap((code) => {
      const account = standardAccountOf(code);
      return account
        ? [{ ...account, code, minBalance: null, maxBalance: null, metadata: {}, createdAt: this.clock.now() }]
        : [];
    });
    if (standard.length > 0) await this.ledger.ensureAccounts(standard);
    for (const { code } of standard) this.knownAccounts.add(code);
  }
}

function idOf({ principalId, key }: KeyedRequest): string {
  return `${principalId} ${key}`;
}

function tell(item: Waiting, verdict: Verdict, isReplay: boolean): void {
  if ('answer' in verdict) item.resolve({ answer: verdict.answer, isReplay });
  else item.reject(new PostingRefusedException(verdict.refusal, isReplay));
}

function answerOf(transaction: Transaction, { movements }: Passed, locked: Map<string, LockedAccount>): PostingAnswer {
  return {
    transaction: toTransactionView(transaction),
    balances: movements.map(({ account, netAfter }) => {
      const { type, currency } = locked.get(account) ?? { type: 'asset' as const, currency: transaction.currency };
      return { account, currency, balance: formatMoney(netAfter * normalSign(type), currency) };
    }),
  };
}
