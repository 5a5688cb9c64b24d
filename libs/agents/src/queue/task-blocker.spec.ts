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

  it.each(['leased', 'running', 'succeeded', 'failed', 'dead', 'cancelled'] as const)(
    'has no reason when %s',
    (state) => {
      const { reason, detail } = explain({ ...READY, state, isPaused: true });
      expect(reason).toBeUndefined();
      expect(detail).not.toBe('');
    },
  );
});
