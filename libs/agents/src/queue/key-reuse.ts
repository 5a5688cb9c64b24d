import { differingFields, type RequestFingerprint } from '#platform/kernel';
import { TaskKeyReusedException } from '../tasks/agents.exceptions.js';

/**
 * Refuses a request that uses the key of another one.
 *
 * @throws TaskKeyReusedException naming the fields that differ
 */
export function refuseDifferent(before: RequestFingerprint, now: RequestFingerprint): void {
  const fields = differingFields(before, now);
  if (fields.length === 0) return;
  throw new TaskKeyReusedException(`The idempotency key was used with other values of ${fields.join(', ')}`, {
    details: {
      errors: fields.map((path) => ({ path, message: 'differs from the first request', code: 'idempotency' })),
    },
  });
}
