import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

type Problem = components['schemas']['ProblemDto'];

/** What the service refused, and why: match on `code`, which is stable. */
class ApiProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
  }
}

const [baseUrl = '', identifier = '', password = ''] = process.argv.slice(2);
const api = createClient<paths>({ baseUrl });
let token: string | undefined;
api.use({
  onRequest({ request }) {
    if (token) request.headers.set('authorization', `Bearer ${token}`);
  },
  async onResponse({ response }) {
    if (!response.ok) throw new ApiProblem((await response.json()) as Problem);
  },
});

const { data: login } = await api.POST('/api/v1/auth/login', { body: { identifier, password } });
if (login && 'accessToken' in login) token = login.accessToken;

await api.POST('/api/v1/finance/transactions/record', {
  params: { header: { 'Idempotency-Key': 'order-1001' } },
  body: { type: 'sale', amount: '19.99', currency: 'EUR', orderId: 'order-1001' },
});

let cursor: string | undefined;
do {
  const query = { type: 'sale', limit: 50, cursor } as const;
  const { data } = await api.GET('/api/v1/finance/transactions', { params: { query } });
  for (const sale of data?.items ?? []) console.log(`${sale.orderId}: ${sale.amount} ${sale.currency}`);
  cursor = data?.nextCursor ?? undefined;
} while (cursor !== undefined);

const unknown = api.GET('/api/v1/finance/transactions/{id}', { params: { path: { id: 'no-such-id' } } });
await unknown.catch((error: ApiProblem) => console.log(error.problem.code));
