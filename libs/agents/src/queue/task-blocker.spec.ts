import { explain, type StartFacts } from './task-blocker.js';

const now = new Date('2026-11-24T12:00:00Z');
const later = new Date('2026-11-24T12:05:00Z');
const READY: StartFacts = {
  now,
  state: 'queued',
  attempt: 0,
  maxAttempts: 3,
  runAt: now,
  openDependencies: [],
  agent: 'a',
  isPaused: false,
  circuitOpenUntil: null,
  heldUntil: null,
  hasWorker: true,
  isEngineThere: true,
  running: 0,
  concurrency: 2,
  startsLeft: null,
  windowEndsAt: null,
  ahead: 0,
  averageMs: 1_000,
  approvalReason: null,
  need: null,
  refusal: null,
  budgets: null,
};

describe('explain', () => {
  it.each<[string, Partial<StartFacts>, object]>([
    ['a free way', {}, { reason: 'queue', position: 1, estimatedStartAt: now, detail: 'It is next' }],
    [
      'others before it',
      { ahead: 4 },
      { reason: 'queue', position: 5, estimatedStartAt: new Date(now.getTime() + 2_000) },
    ],
    ['approval', { state: 'waiting_approval', isPaused: true, approvalReason: 'budget' }, { reason: 'budget' }],
    ['calls', { state: 'waiting_approval', approvalReason: 'consequential_limit' }, { reason: 'rate_limit' }],
    [
      'a dependency',
      { openDependencies: ['x'], isPaused: true },
      { reason: 'dependency', detail: expect.stringContaining('x') },
    ],
    ['its time', { runAt: later, isPaused: true }, { reason: 'scheduled', estimatedStartAt: later }],
    ['the next attempt', { runAt: later, attempt: 1 }, { reason: 'backoff', estimatedStartAt: later }],
    ['a paused agent', { isPaused: true, hasWorker: false }, { reason: 'paused', position: 1 }],
    ['an open circuit', { circuitOpenUntil: later }, { reason: 'breaker', estimatedStartAt: later }],
    ['a circuit on trial', { circuitOpenUntil: now, running: 1 }, { reason: 'concurrency' }],
    ['what its provider asked for', { heldUntil: later, running: 2 }, { reason: 'backoff', estimatedStartAt: later }],
    [
      'a process that runs tasks',
      { hasWorker: false, isEngineThere: false },
      { reason: 'no_worker', detail: expect.stringContaining('start:worker') },
    ],
    ['a worker', { hasWorker: false }, { reason: 'no_worker', detail: 'Nobody who can run the agent a is there' }],
    [
      'a key',
      { hasWorker: false, need: 'key:openai' },
      { reason: 'no_worker', detail: expect.stringContaining('OPENAI_API_KEY') },
    ],
    ['the window', { startsLeft: 0, windowEndsAt: later }, { reason: 'rate_limit', estimatedStartAt: later }],
    ['the cap', { running: 2 }, { reason: 'concurrency', estimatedStartAt: new Date(now.getTime() + 1_000) }],
    [
      'a guess without knowledge',
      { running: 2, averageMs: null },
      { reason: 'concurrency', estimatedStartAt: undefined },
    ],
  ])('says what it waits for: %s', (_name, facts, expected) => {
    expect(explain({ ...READY, ...facts })).toMatchObject(expected);
  });

  it.each<[StartFacts['state'], Partial<StartFacts>, string]>([
    ['leased', { attempt: 2 }, 'Attempt 2 of 3 is under way'],
    ['running', { attempt: 2 }, 'Attempt 2 of 3 is under way'],
    ['succeeded', {}, 'It is done'],
    ['failed', {}, 'It ended with an error that repeating cannot mend'],
    ['dead', {}, 'All 3 attempts failed'],
    ['cancelled', {}, 'Somebody cancelled it'],
    ['cancelled', { refusal: 'Too dear' }, 'Somebody refused it: Too dear'],
  ])('has no reason when %s: %j', (state, facts, detail) => {
    expect(explain({ ...READY, ...facts, state, isPaused: true })).toEqual({ state, detail });
  });

  it.each<[Partial<StartFacts>, string]>([
    [{ ahead: 1 }, '1 task goes before it'],
    [{ ahead: 2 }, '2 tasks go before it'],
    [{ openDependencies: ['x', 'y'] }, 'It waits for the success of x, y'],
    [{ runAt: later }, 'It is not to start before its time'],
    [{ runAt: later, attempt: 2 }, 'Attempt 2 failed; the next comes later'],
    [{ isPaused: true }, 'The agent a is paused'],
    [{ circuitOpenUntil: later }, 'The agent a failed several times in a row and is left alone for a while'],
    [{ heldUntil: later }, 'The agent a was asked to wait'],
    [{ startsLeft: 0 }, 'The agent a has started all it may in this window'],
    [{ running: 2 }, '2 of at most 2 tasks run at this time'],
    [{ circuitOpenUntil: now, running: 1 }, '1 of at most 1 tasks run at this time'],
    [{ state: 'waiting_approval' }, 'It would exceed a budget: somebody has to approve it'],
    [
      { state: 'waiting_approval', approvalReason: 'consequential_limit' },
      'The hour had seen all the model calls it may: somebody has to approve it',
    ],
  ])('tells a person about %j: %s', (facts, detail) => {
    expect(explain({ ...READY, ...facts }).detail).toBe(detail);
  });

  it.each<[Partial<StartFacts>, string]>([
    [{ circuitOpenUntil: now }, 'queue'],
    [{ heldUntil: now }, 'queue'],
    [{ startsLeft: 1 }, 'queue'],
    [{ startsLeft: -1 }, 'rate_limit'],
    [{ running: 1 }, 'queue'],
    [{ running: 3 }, 'concurrency'],
  ])('is on the edge with %j: %s', (facts, reason) => {
    expect(explain({ ...READY, ...facts }).reason).toBe(reason);
  });

  it.each<[Partial<StartFacts>, number]>([
    [{ ahead: 1 }, 0],
    [{ ahead: 2 }, 1_000],
    [{ ahead: 3, running: 1 }, 2_000],
    [{ ahead: 0, running: 9 }, 1_000],
  ])('starts with %j in %i ms', (facts, expected) => {
    expect(explain({ ...READY, ...facts }).estimatedStartAt).toEqual(new Date(now.getTime() + expected));
  });
});
