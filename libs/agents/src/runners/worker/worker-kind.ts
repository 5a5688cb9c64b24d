import type { KindRules } from '../kind-rules.js';

/** Agents whose tasks wait for programs that lease them over HTTP. */
export const WORKER: KindRules = { config: {}, isLeased: true };
