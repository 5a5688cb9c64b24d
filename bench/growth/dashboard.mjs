// What the service measured of itself, up to all that is kept of it: two days of minutes and 62 days of hours. What else the pages show
// is filled by the other modules. Each read asks for its pages a second apart, as answers are shown again for a second.
export const needs = ['finance', 'agents', 'errors', 'auth'];
export const tags = ['dashboard', 'metrics'];
/** Goes on for ever: bench/stream.bench.mjs. */
export const unasked = ['/stream'];
/** At the first size a tenth of what is kept; slots as of a service whose answers take 1 to 400 ms. */
const KEPT = { minute: 2 * 24 * 60, hour: 62 * 24 };
const SLOTS = [1, 150];

export async function fill(db, from) {
  const share = from === 0 ? 0.1 : 1;
  for (const [step, kept] of Object.entries(KEPT)) {
    const buckets = `generate_series(1, $1::int) AS n, LATERAL (SELECT date_trunc('${step}', now()) - n * interval '1 ${step}' AS at) AS b`;
    await db.query(
      `INSERT INTO dashboard_measurement (step, bucket, requests, server_errors, within_objective, duration_ms, cpu_percent_sum, memory_percent_sum, samples)
       SELECT '${step}', at, 15000, 3, 14900, 90000, 3000, 2000, 60 FROM ${buckets} ON CONFLICT DO NOTHING`,
      [Math.round(kept * share)],
    );
    await db.query(
      `INSERT INTO dashboard_latency (step, bucket, slot, requests)
       SELECT '${step}', at, slot, 100 FROM ${buckets}, generate_series(${SLOTS.join(', ')}) AS slot ON CONFLICT DO NOTHING`,
      [Math.round(kept * share)],
    );
  }
}

export async function samples(db) {
  const { rows } = await db.query(
    `SELECT id, 'request-300' AS "correlationId" FROM finance_transaction WHERE order_id = 'ORDER-901'`,
  );
  return rows[0];
}

export const pauseMs = 1_050;

export const reads = {
  'performance 6 h': '/api/v1/dashboard/performance?hours=6',
  'performance 168 h': '/api/v1/dashboard/performance?hours=168',
  'performance 744 h': '/api/v1/dashboard/performance?hours=744',
  'activities, 100': '/api/v1/dashboard/activities?limit=100',
  metrics: '/metrics',
};
