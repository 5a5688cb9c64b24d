import { stateAfter } from './task-news.js';

describe('the state after an event of a task', () => {
  it.each([
    ['queued', 'queued'],
    ['retry', 'queued'],
    ['approved', 'queued'],
    ['approval_required', 'waiting_approval'],
    ['started', 'running'],
    ['dead', 'dead'],
  ])('of type %s is %s', (type, state) => {
    expect(stateAfter(type)).toBe(state);
  });

  it('is leased when a worker has it that was not heard of since', () => {
    expect(stateAfter('started', 'leased')).toBe('leased');
    expect(stateAfter('succeeded', 'leased')).toBe('succeeded');
  });

  it.each(['accepted', 'cancel_requested', 'refused', 'agent.note', 'toString'])('is not said by %s', (type) => {
    expect(stateAfter(type)).toBeUndefined();
  });
});
