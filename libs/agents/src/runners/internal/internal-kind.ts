import { type KindRules, textOf } from '../kind-rules.js';

/** Agents that are code of this service. */
export const INTERNAL: KindRules = {
  config: { handler: { required: true, check: textOf(1, 100) } },
  need: { what: 'handler', field: 'handler' },
};

/** Names of the handlers that come with the service. */
export const HANDLERS = { securityPosture: 'security-posture', serviceMetrics: 'service-metrics' } as const;
