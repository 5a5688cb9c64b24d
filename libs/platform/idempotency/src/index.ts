export { IdempotencyModule } from './idempotency.module.js';
export { AsKeyedRequest, TakesIdempotencyKey } from './keyed-caller.js';
export type { KeyedRequest } from './keyed-request.js';
export { KeyedRequests } from './keyed-requests.js';
