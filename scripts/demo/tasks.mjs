// Agents of the demo, and what they are to do today: one batch with a task in every state.

/** Long enough for a lease of an hour, the longest there is. */
const LONG = 86_400;

/** Done by the demo itself, as a worker over HTTP. */
export const AGENTS = [
  {
    slug: 'demo-copywriter',
    name: 'Demo copywriter',
    description: 'Writes the texts of articles. Its worker is the demo.',
    category: 'marketing',
    capabilities: ['copy', 'translate'],
    kind: 'worker',
    concurrency: 10,
    timeoutSeconds: LONG,
    // Leases of the demo run out when it has ended.
    retryPolicy: { maxAttempts: 50, initialDelayMs: 0, maxDelayMs: 0 },
    budget: { dailyCost: '25.00' },
  },
  {
    slug: 'demo-returns',
    name: 'Demo returns desk',
    description: 'Decides what becomes of parcels that come back. Its worker is the demo.',
    category: 'ecommerce',
    capabilities: ['returns', 'refunds'],
    kind: 'worker',
    concurrency: 10,
    timeoutSeconds: LONG,
    retryPolicy: { maxAttempts: 2, initialDelayMs: 0, maxDelayMs: 0 },
  },
];

/** `wish`: the state that a task is brought to; `end`: what the worker says of it. The others are for whoever runs them, or for nobody. */
export function tasksOf(day) {
  return [
    task('copywriter', 'Text for the silk scarf', { sku: 'SKU-1001', language: 'en' }, 'succeeded', {
      end: { output: { title: 'Silk scarf', words: 84 }, usage: { tokensIn: 620, tokensOut: 190, cost: '0.0047' } },
    }),
    task('copywriter', 'Text for the rain jacket', { sku: 'SKU-1005', language: 'de' }, 'succeeded', {
      end: { output: { title: 'Regenjacke', words: 97 }, usage: { tokensIn: 640, tokensOut: 230, cost: '0.0054' } },
    }),
    task('copywriter', 'Translate the size chart', { language: 'ja' }, 'running', {
      progress: { done: 3, of: 12 },
    }),
    task('copywriter', 'Newsletter of the week', { day }, 'leased'),
    task('copywriter', 'Translate the whole catalogue', { languages: ['de', 'fr', 'ja'] }, 'waiting_approval', {
      // Whatever it costs, somebody has to say yes.
      operation: { budget: { maxCost: '0.00' } },
    }),
    task('returns', 'Parcel with a linen shirt', { parcel: `${day}-17` }, 'succeeded', {
      end: { output: { decision: 'refund', reason: 'wrong size' } },
    }),
    task('returns', 'Parcel without a sender', { parcel: `${day}-23` }, 'failed', {
      end: { error: { code: 'RETURNS.NO_ORDER', message: 'No order belongs to this parcel' }, retryable: false },
    }),
    task('returns', 'Parcel with a torn label', { parcel: `${day}-31` }, 'dead', {
      end: { error: { code: 'RETURNS.SCANNER', message: 'The scanner could not read the label' }, retryable: true },
    }),
    // Of the catalogue. These two run in the service itself.
    task('scanner', 'How safe is this installation?', {}, 'succeeded', { agent: 'scanner' }),
    task('performance', 'How is the service?', {}, 'succeeded', { agent: 'performance' }),
    // These have no worker.
    task('inventory', 'What has to be ordered again?', { days: 30 }, 'queued', { agent: 'inventory', ref: 'stock' }),
    task('fixer', 'Prices of what is sold out', {}, 'queued', {
      agent: 'ecommerce',
      operation: { dependsOn: ['stock'] },
    }),
    task('seo', 'Keywords of the last season', {}, 'cancelled', { agent: 'seo-marketing' }),
  ];
}

function task(who, taskDescription, parameters, wish, { agent = `demo-${who}`, ref, operation, ...rest } = {}) {
  return { wish, ...rest, operation: { agent, taskDescription, parameters, ...(ref && { ref }), ...operation } };
}
