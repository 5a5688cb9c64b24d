import type { TestApp } from '../../support/test-app.js';
import type { FinanceClient } from './finance-client.js';

/** What came of one transaction, whichever door it went through. */
export interface Verdict {
  /** `posted`, or the code of the refusal. */
  verdict: string;
  /** Fields that were named. */
  paths: string[];
  id: string | undefined;
}

interface Fault {
  path: string;
}

interface ItemError {
  code: string;
  details: { errors?: Fault[] };
}

/** Sends JSON as it is written, so that numbers have all their digits. */
export type Door = (json: string) => Promise<Verdict>;

const verdictOf = (error: ItemError | undefined, id: string | undefined): Verdict => ({
  verdict: error?.code ?? 'posted',
  paths: error?.details.errors?.map(({ path }) => path) ?? [],
  id,
});

/** Sends lines to an import; the query may ask for a dry run. */
export async function sendLines<T>(
  app: TestApp,
  ledger: FinanceClient,
  lines: string,
  query = '',
  key?: string,
): Promise<{ status: number; body: T }> {
  const answer = await app.call<T>('POST', `/api/v1/finance/imports${query}`, {
    token: ledger.token,
    body: lines,
    headers: { 'content-type': 'application/x-ndjson', ...(key === undefined ? {} : { 'idempotency-key': key }) },
  });
  return { status: answer.status, body: answer.body };
}

/** Every door that takes a transaction; business transactions and legs have one of their own each, and share the others. */
export function doorsOf(app: TestApp, ledger: FinanceClient): Record<'single' | 'batch' | 'import', Door> {
  const post = <T>(route: string, body: string) =>
    app.call<T & { status: number; code: string; errors?: Fault[] }>('POST', `/api/v1/finance/${route}`, {
      token: ledger.token,
      body,
    });
  return {
    single: async (json) => {
      const route = json.includes('"postings"') ? 'transactions' : 'transactions/record';
      const { status, body } = await post<{ transactionId: string }>(route, json);
      if (status === 201) return verdictOf(undefined, body.transactionId);
      return verdictOf({ code: `${body.code}`, details: { errors: body.errors ?? [] } }, undefined);
    },
    batch: async (json) => {
      const { body } = await post<{ results: { error?: ItemError; transaction?: { id: string } }[] }>(
        'transactions/batch',
        `{"transactions":[${json}]}`,
      );
      return verdictOf(body.results[0]?.error, body.results[0]?.transaction?.id);
    },
    import: async (json) => {
      const { body } = await sendLines<{ id: string }>(app, ledger, json);
      const lines = await ledger.get<{ items: { error?: ItemError; transactionId?: string }[] }>(
        `imports/${body.id}/lines`,
      );
      const [line] = lines.body.items;
      return verdictOf(line?.error, line?.transactionId);
    },
  };
}
