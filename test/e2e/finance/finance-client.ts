import type { Answer, TestApp } from '../../support/test-app.js';

export interface Recorded {
  transactionId: string;
  status: string;
  amount: string;
  type: string;
  postings: { account: string; direction: string; amount: string; currency: string }[];
  balances: { account: string; balance: string }[];
  code: string;
  details: Record<string, unknown>;
}

export interface BalanceAnswer {
  posted: string;
  pending: string;
  available: string;
}

/** The ledger as a test asks it, as an administrator of one application. */
export class FinanceClient {
  constructor(
    private readonly app: TestApp,
    readonly token: string,
  ) {}

  static async of(app: TestApp): Promise<FinanceClient> {
    return new FinanceClient(app, await app.tokenFor('ADMIN'));
  }

  /** The same administrator at another replica. */
  at(replica: TestApp): FinanceClient {
    return new FinanceClient(replica, this.token);
  }

  post<T = Recorded>(route: string, body?: object, key?: string): Promise<Answer<T>> {
    return this.app.call<T>('POST', `/api/v1/finance/${route}`, {
      token: this.token,
      body,
      headers: key === undefined ? {} : { 'idempotency-key': key },
    });
  }

  patch<T = Recorded>(route: string, body: object): Promise<Answer<T>> {
    return this.app.call<T>('PATCH', `/api/v1/finance/${route}`, { token: this.token, body });
  }

  get<T = Record<string, unknown>>(route: string): Promise<Answer<T>> {
    return this.app.call<T>('GET', `/api/v1/finance/${route}`, { token: this.token });
  }

  /** An answer that is no JSON document. */
  async text(route: string): Promise<string> {
    const response = await fetch(`${this.app.url}/api/v1/finance/${route}`, {
      headers: { authorization: `Bearer ${this.token}` },
    });
    return response.text();
  }

  async balance(code: string): Promise<BalanceAnswer> {
    const { body } = await this.get<BalanceAnswer>(`accounts/${code}/balance`);
    const { posted, pending, available } = body;
    return { posted, pending, available };
  }

  account(code: string, more: object = {}): Promise<Answer<Recorded>> {
    return this.post('accounts', { code, name: code, type: 'asset', currency: 'USD', ...more });
  }
}

/** `debit assets:cash 1.00 USD` as a leg. */
export function leg(text: string): { direction: string; account: string; amount: string; currency: string } {
  const [direction = '', account = '', amount = '', currency = 'USD'] = text.split(' ');
  return { direction, account, amount, currency };
}

/** A transaction by its legs. */
export function journal(legs: string[], more: object = {}): object {
  return { description: 'test', postings: legs.map(leg), ...more };
}
