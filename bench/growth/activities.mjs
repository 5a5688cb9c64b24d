// The one record over all modules, by each filter and each two of them; traces and look-ups that find nothing. What they read is filled by
// the other modules.
export const needs = ['finance', 'agents', 'errors', 'auth'];
export const tags = [];

export async function fill() {}

export async function samples() {
  return {};
}

const ACTORS = [
  '00000000-0001-7000-8000-000000000001',
  '00000000-0014-7000-8000-000000000001',
  '00000000-0000-7000-8000-00000000000f',
];

const FILTERS = {
  severity: ['info', 'warning', 'error'],
  type: [
    'transaction.sale',
    'transaction.purchase',
    'task.succeeded',
    'task.dead',
    'error.open',
    'login.failed',
    'user.deleted',
    'nothing',
  ],
  agent: ['seo-marketing', 'scanner', 'nobody'],
  actor: ACTORS,
  since: ['2025-06-02', '2999-01-01'],
  until: ['2025-06-03', '2000-01-01'],
};
const all = Object.entries(FILTERS).flatMap(([name, values]) =>
  values.map((value) => ({ name, query: `${name}=${value}` })),
);
const pairs = all.flatMap((one, index) =>
  all
    .slice(index + 1)
    .filter((other) => other.name !== one.name)
    .map((other) => `${one.query}&${other.query}`),
);

export const reads = {
  ...Object.fromEntries(
    [...all.map(({ query }) => query), ...pairs].map((query) => [
      `activities ${query}`,
      `/api/v1/activities?limit=20&${query}`,
    ]),
  ),
  'trace of nothing': '/api/v1/trace/nothing',
  'lookup of nothing': '/api/v1/lookup/00000000-0000-7000-8000-00000000000f',
  'lookup of an account': '/api/v1/lookup/assets:hot',
};
