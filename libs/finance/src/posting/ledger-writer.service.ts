import { Injectable } from '@nestjs/common';
import type { Account } from '../books/account.js';
import type { CommitDecision, Decided } from './commit-decision.js';
import type { LedgerState, WorkingAccount } from './ledger-state.js';
import { channelOf } from '../books/day-sums.js';
import { kindOf } from '../books/transaction-kind.js';
import { accountLeaf, type SettlementRecord, transactionLeaf } from '../chain/leaves.js';
import { type Connection, type Head, LedgerRepository } from './ledger.repository.js';
import { type LedgerCommit, type NewAccount, PostingRepository } from './posting.repository.js';
import { SealService } from './seal.service.js';

/** Seals what was decided and answered into a block, and writes it. */
@Injectable()
export class LedgerWriterService {
  constructor(
    private readonly ledger: LedgerRepository,
    private readonly postings: PostingRepository,
    private readonly sealing: SealService,
  ) {}

  /** All that is to be written, in the block that follows the head; `undefined` when that is nothing. */
  async seal(
    connection: Connection,
    head: Head,
    { decided, fresh, state }: Pick<CommitDecision, 'decided' | 'fresh' | 'state'>,
  ): Promise<LedgerCommit | undefined> {
    if (decided.length === 0 && fresh.length === 0) return undefined;
    const touched = new Set(decided.flatMap(({ passed }) => passed.touched));
    const working = [...touched].map((code) => state.accounts.get(code)).filter((account) => account !== undefined);
    const accounts = await this.withIds(connection, working);
    const ids = new Map(working.map(({ code, id }) => [code, id ?? '']));
    for (const { code, id } of accounts) ids.set(code, id);
    const records = recordsOf(decided, state, (code) => ids.get(code) ?? '');
    const block = await this.sealing.blockOf(head, [
      ...accounts.map(accountLeaf),
      ...records.transactions.map(transactionLeaf),
      ...records.settlements.map((settlement) => ({ settlement })),
      ...fresh.map(({ request: { owner, key, fingerprintText }, answer }) => ({
        request: { answer, fingerprint: fingerprintText, key, principalId: owner },
      })),
    ]);
    const balances = working.map((account) => ({ ...account, accountId: ids.get(account.code) ?? '' }));
    return { ...records, block, accounts, balances, answers: fresh };
  }

  /** @returns false when the ledger has moved since the head was read; nothing is written then */
  async write(connection: Connection, commit: LedgerCommit | undefined): Promise<boolean> {
    return commit === undefined || this.postings.write(connection, commit);
  }

  /** Makes an account; under the lock of the head. */
  async writeAccount(connection: Connection, head: Head, account: Account): Promise<void> {
    const [id = ''] = await this.ledger.newAccountIds(connection, 1);
    const block = await this.sealing.blockOf(head, [accountLeaf(account)]);
    const balances = [{ accountId: id, net: 0n, heldDebits: 0n, heldCredits: 0n, version: 0n }];
    const nothing = { transactions: [], entries: [], holds: [], settlements: [], answers: [] };
    await this.postings.write(connection, { ...nothing, block, accounts: [{ ...account, id }], balances });
  }

  /** The accounts that have to be made. */
  private async withIds(connection: Connection, working: readonly WorkingAccount[]): Promise<NewAccount[]> {
    const made = working.map(({ toBeMade }) => toBeMade).filter((account) => account !== undefined);
    if (made.length === 0) return [];
    const ids = await this.ledger.newAccountIds(connection, made.length);
    return made.map((account, index) => ({ ...account, id: ids[index] ?? '' }));
  }
}

function recordsOf(
  decided: readonly Decided[],
  { accounts, now }: LedgerState,
  idOf: (code: string) => string,
): Pick<LedgerCommit, 'transactions' | 'entries' | 'holds' | 'settlements'> {
  const added = decided.flatMap(({ transaction, passed }) => (transaction ? [{ transaction, passed }] : []));
  return {
    transactions: added.map(({ transaction }) => transaction),
    entries: added.flatMap(({ transaction, passed }) => {
      const { id: transactionId, effectiveAt, channel } = transaction;
      const kind = kindOf(transaction);
      // Written out, as a copy without one field takes many times as long.
      return passed.movements.map(({ account, amount, netAfter, version }) => {
        const type = accounts.get(account)?.type;
        const ownChannel = type === undefined ? '' : channelOf(type, channel);
        const accountId = idOf(account);
        return { accountId, transactionId, amount, netAfter, version, effectiveAt, channel: ownChannel, kind };
      });
    }),
    holds: added.flatMap(({ transaction, passed }) => {
      const { id: transactionId, effectiveAt } = transaction;
      const kind = kindOf(transaction);
      return passed.holds.map((hold) => ({ ...hold, accountId: idOf(hold.account), transactionId, effectiveAt, kind }));
    }),
    settlements: decided.flatMap((one) => settlementOf(one, now)),
  };
}

function settlementOf({ transaction, passed: { settles } }: Decided, now: Date): SettlementRecord[] {
  if (!settles) return [];
  const { original, outcome } = settles;
  return [{ pendingId: original.id, outcome, captureId: transaction?.id ?? null, recordedAt: now.toISOString() }];
}
