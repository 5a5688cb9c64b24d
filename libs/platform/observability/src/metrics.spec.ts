import { register } from 'prom-client';
import { type FinishedRequest, Metrics } from './metrics.js';

describe('Metrics', () => {
  const counts = async (requests: Partial<FinishedRequest>[]): Promise<Record<string, number>> => {
    const metrics = new Metrics();
    for (const request of requests) {
      metrics.request({ method: 'GET', route: '/r', status: 200, durationMs: 1, objective: 'in_time', ...request });
    }
    const found = await register.getSingleMetric('devskyy_slo_requests_total')?.get();
    return Object.fromEntries(
      (found?.values ?? []).map(({ labels, value }): [string, number] => [String(labels['outcome']), value]),
    );
  };

  it('has every outcome before the first request', async () => {
    expect(await counts([])).toEqual({ good: 0, slow: 0, failed: 0 });
  });

  it('counts a request once: failed, slow or good', async () => {
    const requests: Partial<FinishedRequest>[] = [
      { durationMs: 199.9 },
      { status: 404 },
      { durationMs: 200 },
      { status: 503 },
      { status: 500, durationMs: 900 },
      { objective: 'answered', durationMs: 30_000 },
      { objective: 'answered', status: 502 },
      { objective: 'none', status: 503 },
    ];
    expect(await counts(requests)).toEqual({ good: 3, slow: 1, failed: 3 });
  });
});
