export const ACCOUNT_TYPES = ['asset', 'liability', 'equity', 'revenue', 'expense'] as const;
export type AccountType = (typeof ACCOUNT_TYPES)[number];

/** `assets:clearing:card:USD`: lower-case words and one upper-case currency at most, joined by colons. */
export const ACCOUNT_CODE = /^[a-z][a-z0-9_-]*(:[A-Za-z0-9][A-Za-z0-9_-]*){0,7}$/;

/** Where money is kept track of. Limits and balances are in minor units, in the account's normal sign. */
export interface Account {
  readonly code: string;
  readonly name: string;
  readonly type: AccountType;
  readonly currency: string;
  readonly minBalance: bigint | null;
  readonly maxBalance: bigint | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
}

/** +1 where debits make the balance grow (assets, expenses), -1 where credits do. */
export function normalSign(type: AccountType): 1n | -1n {
  return type === 'asset' || type === 'expense' ? 1n : -1n;
}
