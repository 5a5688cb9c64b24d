import type { AgentsConfig } from '#config';
import { UuidV7Ids } from '#platform/kernel';
import type { TaskLeaseService } from '../attempts/task-lease.service.js';
import type { ClaimedTask } from '../runners/claimed-task.js';
import type { AttemptService } from './attempt.service.js';
import type { HeldAttempt } from './held-attempt.js';
import { HeldAttemptsService } from './held-attempts.service.js';

describe('the attempts that a process makes', () => {
  const ends: (() => void)[] = [];
  const made: HeldAttempt[] = [];
  const attempts = {
    make: (attempt: HeldAttempt) => {
      made.push(attempt);
      return new Promise<void>((resolve) => ends.push(resolve));
    },
  } as unknown as AttemptService;
  const leases = { extend: () => Promise.resolve(new Map()) } as unknown as TaskLeaseService;
  const claimed = (leaseToken: string): ClaimedTask =>
    ({ task: { id: 'a' }, leaseToken, correlationId: 'c', traceparent: null }) as ClaimedTask;

  it('know the later one of a task whose first lease was lost here', async () => {
    const held = new HeldAttemptsService(attempts, leases, { leaseSeconds: 30 } as AgentsConfig, new UuidV7Ids());
    const first = held.begin(claimed('one'));
    void held.begin(claimed('two'));
    ends[0]?.();
    await first;
    expect(held.count).toBe(1);
    await held.extend();
    expect(made.map(({ stopCause }) => stopCause)).toEqual([undefined, 'lease_lost']);
  });
});
