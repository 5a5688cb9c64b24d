// Errors of a week, as `growth/errors.mjs` makes them.
import { fill as fillErrors, samples } from '../growth/errors.mjs';

export const fill = (db, size) => fillErrors(db, 0, size);

/** A report of one of a few failures. */
const report = (n) => ({
  errorType: `Bench${'ABCDEFGHIJ'[n % 10]}Error`,
  message: `order ${n} cannot be charged`,
  stackTrace: `BenchError: it failed\n    at charge (/srv/shop/src/charge.ts:${10 + (n % 10)}:5)\n    at order (/srv/shop/src/order.ts:20:7)`,
  severity: 'high',
  category: 'database',
  service: 'bench',
  release: '1.0.0',
});

export async function rows({ token, db }) {
  const { groupId, merged } = await samples(db);
  const backlog = async (url) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/api/v1/errors/statistics?hours=1`, { headers });
    return (await response.json()).conservation.backlog;
  };
  /** What was reported is stored a little later. */
  const settled = async (url) => {
    while ((await backlog(url)) > 0) await new Promise((resolve) => setTimeout(resolve, 250));
  };
  let reported = 0;
  return {
    'a report of an error': { path: '/errors', method: 'POST', body: () => report(reported++), settled },
    'a hundred reports of errors': {
      path: '/errors',
      method: 'POST',
      body: () => ({ errors: Array.from({ length: 100 }, () => report(reported++)) }),
      settled,
    },
    'statistics of a week': { path: '/errors/statistics?hours=168' },
    'occurrences of a merged group': { path: `/errors/${merged}/occurrences` },
    'groups by a text': { path: '/errors?limit=20&text=nothing-of-the-kind' },
    'groups of a release': { path: '/errors?limit=20&release=2.13.0' },
    // Each has the process look for what was decided.
    'decision about a group': { path: `/errors/${groupId}`, method: 'PATCH', body: { notes: 'Seen' } },
  };
}
