import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { type KeyedRequest, KeyedRequests } from '#platform/idempotency';
import { type Account, type AccountType, normalSign } from '../books/account.js';
import { Faults } from '../books/faults.js';
import {
  AccountExistsException,
  AccountNotClosableException,
  AccountNotFoundException,
} from '../books/account.exceptions.js';
import type { AccountChange } from '../chain/leaves.js';
import { type Amount, formatMoney, parseMoney } from '../books/money.js';
import { standardAccountOf } from '../books/standard-accounts.js';
import { AccountRepository, type AccountWithNet } from './account.repository.js';
import { LedgerRepository } from '../posting/ledger.repository.js';
import { inTransaction } from '../drafts/dry-run.postgres.js';
import { LedgerWriterService } from '../posting/ledger-writer.service.js';
import { SealService } from '../posting/seal.service.js';

export interface NewAccount {
  code: string;
  name: string;
  type: AccountType;
  currency: string;
  minBalance?: Amount | undefined;
  maxBalance?: Amount | undefined;
  metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** What is to change; what is left out stays. */
export interface AccountUpdate {
  name?: string | undefined;
  closed?: boolean | undefined;
}

/** Makes accounts, renames, closes and reopens them. Each change takes its turn like a posting, and is sealed. */
@Injectable()
export class AccountAdministrationService {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly ledger: LedgerRepository,
    private readonly writer: LedgerWriterService,
    private readonly sealing: SealService,
    private readonly requests: KeyedRequests,
    private readonly database: Database,
  ) {}

  /**
   * @param request a dry run has no key: it makes nothing that could be made twice
   * @param show what is answered
   * @throws AccountExistsException, FieldsException
   */
  async create<A>(
    request: KeyedRequest | 'dry run',
    asked: NewAccount,
    show: (account: AccountWithNet) => A,
  ): Promise<A> {
    const account = checked(asked);
    await this.sealing.prepare();
    const make = async (tx: Transaction): Promise<A> => {
      const head = await this.ledger.lockHead(tx);
      if (await this.accounts.findByCode(account.code, tx)) throw new AccountExistsException(account.code);
      await this.writer.writeAccount(tx, head, { ...account, createdAt: head.now });
      return show(this.found(await this.accounts.findByCode(account.code, tx)));
    };
    return request === 'dry run' ? inTransaction(this.database, true, make) : this.requests.once(request, make);
  }

  /**
   * Only an account that is worth nothing and for which nothing is held can be closed; it can be opened again.
   *
   * @throws AccountNotFoundException, AccountNotClosableException
   */
  async update(code: string, update: AccountUpdate, principalId: string, isDryRun: boolean): Promise<AccountWithNet> {
    await this.sealing.prepare();
    return inTransaction(this.database, isDryRun, async (tx) => {
      const head = await this.ledger.lockHead(tx);
      const account = this.found(await this.accounts.findByCode(code, tx));
      const { name = account.name, closed: isClosed = account.isClosed } = update;
      if (name === account.name && isClosed === account.isClosed) return account;
      if (isClosed && !account.isClosed) assertClosable(account);
      const number = (await this.accounts.countChanges(tx, account.id)) + 1;
      const recordedAt = head.now.toISOString();
      const accountChange: AccountChange = { account: code, isClosed, name, number, principalId, recordedAt };
      await this.accounts.change(tx, account.id, accountChange, head.blockNumber + 1);
      await this.sealing.seal(tx, head, [{ accountChange }]);
      return { ...account, name, isClosed };
    });
  }

  private found(account: AccountWithNet | undefined): AccountWithNet {
    if (!account) throw new AccountNotFoundException();
    return account;
  }
}

function checked({ code, name, type, currency, metadata, ...asked }: NewAccount): Omit<Account, 'createdAt'> {
  const faults = new Faults();
  const limit = (path: 'minBalance' | 'maxBalance'): bigint | null => {
    const value = asked[path];
    return value === undefined ? null : (faults.read(() => parseMoney(value, currency, path)) ?? null);
  };
  const [minBalance, maxBalance] = [limit('minBalance'), limit('maxBalance')];
  // Also tells whether the currency is one when there are no limits.
  faults.read(() => parseMoney('0', currency));
  const standard = standardAccountOf(code);
  if (standard && (standard.type !== type || standard.currency !== currency))
    faults.note('code', `is a standard account: ${standard.type} in ${standard.currency}`);
  if (minBalance !== null && maxBalance !== null && minBalance > maxBalance)
    faults.note('minBalance', 'must not be above maxBalance');
  faults.settle();
  return { code, name, type, currency, minBalance, maxBalance, metadata: metadata ?? {} };
}

function assertClosable({ code, type, currency, net, heldDebits, heldCredits }: AccountWithNet): void {
  if (net === 0n && heldDebits === 0n && heldCredits === 0n) return;
  throw new AccountNotClosableException(code, formatMoney(net * normalSign(type), currency));
}
