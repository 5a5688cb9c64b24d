import { AppException } from '#platform/kernel';

/** Accounts that a body names do not exist. */
export class UnknownAccountException extends AppException {
  constructor(accounts: readonly [string, ...string[]]) {
    const [account] = accounts;
    super(
      { code: 'FINANCE.UNKNOWN_ACCOUNT', category: 'business_logic', kind: 'invalid' },
      `There is no account ${accounts.join(', and none ')}`,
      { details: { account, accounts } },
    );
  }
}

/** An account is kept in another currency than the posting. */
export class CurrencyMismatchException extends AppException {
  constructor(account: string, currency: string) {
    super(
      { code: 'FINANCE.CURRENCY_MISMATCH', category: 'business_logic', kind: 'invalid' },
      `The account ${account} is kept in ${currency}`,
      { details: { account, currency } },
    );
  }
}

/** A posting would take an account's balance beyond its limit. */
export class LimitExceededException extends AppException {
  constructor(account: string, limit: 'minBalance' | 'maxBalance', balance: string) {
    super(
      { code: 'FINANCE.LIMIT_EXCEEDED', category: 'business_logic', kind: 'conflict' },
      `The balance of ${account} would be ${balance}, beyond its ${limit}`,
      { details: { account, limit, balance } },
    );
  }
}

/** A posting would take a balance beyond what the ledger can hold. */
export class BalanceOutOfRangeException extends AppException {
  constructor(account: string) {
    super(
      { code: 'FINANCE.BALANCE_OUT_OF_RANGE', category: 'business_logic', kind: 'conflict' },
      `The balance of ${account} would be larger than the ledger can hold`,
      { details: { account } },
    );
  }
}

/** The address names an account that does not exist. */
export class AccountNotFoundException extends AppException {
  constructor() {
    super(
      { code: 'FINANCE.ACCOUNT_NOT_FOUND', category: 'business_logic', kind: 'not_found' },
      'There is no such account',
    );
  }
}

/** An account with this code exists. */
export class AccountExistsException extends AppException {
  constructor(account: string) {
    super(
      { code: 'FINANCE.ACCOUNT_EXISTS', category: 'business_logic', kind: 'conflict' },
      `There is an account ${account} already`,
      { details: { account } },
    );
  }
}

/** The account is closed: nothing is posted to it any more. */
export class AccountClosedException extends AppException {
  constructor(account: string) {
    super(
      { code: 'FINANCE.ACCOUNT_CLOSED', category: 'business_logic', kind: 'conflict' },
      `The account ${account} is closed`,
      { details: { account } },
    );
  }
}

/** An account that holds something, or for which something is held, cannot be closed. */
export class AccountNotClosableException extends AppException {
  constructor(account: string, balance: string) {
    super(
      { code: 'FINANCE.ACCOUNT_NOT_CLOSABLE', category: 'business_logic', kind: 'conflict' },
      `The account ${account} has a balance of ${balance} or pending transactions`,
      { details: { account, balance } },
    );
  }
}
