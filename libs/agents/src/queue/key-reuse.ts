import { differences, type RequestFingerprint } from '#platform/kernel';
import { TaskKeyReusedException } from '../tasks/agents.exceptions.js';

/**
 * Refuses a request that uses the key of another one.
 *
 * @throws TaskKeyReusedException naming the fields that differ
 */
export function refuseReuse(first: RequestFingerprint, now: RequestFingerprint): void {
  const errors = differences(first, now);
  if (errors.length === 0) return;
  const fields = errors.map(({ path }) => path).join(', ');
  throw new TaskKeyReusedException(`The idempotency key was used with other values of ${fields}`, {
    details: { errors },
  });
}
