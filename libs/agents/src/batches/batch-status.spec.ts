import { statusOf } from './batch-status.js';

describe('the status of a batch', () => {
  it.each([
    [['succeeded', 'succeeded'], 'succeeded'],
    [['succeeded', 'refused'], 'partial'],
    [['succeeded', 'dead', 'cancelled'], 'partial'],
    [['refused', 'failed'], 'failed'],
    [['refused'], 'failed'],
    [['succeeded', 'waiting_approval'], 'running'],
    [['leased', 'refused'], 'running'],
  ] as const)('of %j is %s', (states, status) => {
    expect(statusOf(states)).toBe(status);
  });
});
