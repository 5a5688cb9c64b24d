import fc from 'fast-check';
import { afterAttempt, type AgentCondition, type AgentSigns, isSteady, statusOf } from './agent-health.js';

const NEW: AgentCondition = { status: 'healthy', successRate: null, consecutiveFailures: 0, ratedAttempts: 0 };

/** The condition after attempts written as `S` and `F`. */
const after = (attempts: string): AgentCondition =>
  [...attempts].reduce((condition, attempt) => afterAttempt(condition, attempt === 'S'), NEW);

describe('the success rate', () => {
  it.each([
    ['FSSS', 0.75],
    ['SFFF', 0.25],
    ['F', 0],
    ['SF', 0.5],
    ['SSSSSFFFFF', 0.5],
  ])('of %s is %f', (attempts, rate) => {
    expect(after(attempts).successRate).toBeCloseTo(rate, 10);
  });

  it('favours no place among the first attempts', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 10 }), (attempts) => {
        const rate = attempts.reduce(afterAttempt, NEW).successRate;
        expect(rate).toBeCloseTo(attempts.filter(Boolean).length / attempts.length, 10);
      }),
    );
  });

  it('forgets the oldest, whichever came first', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 20 }), fc.boolean(), (before, isSuccess) => {
        const later = [...before, ...Array<boolean>(100).fill(isSuccess)].reduce(afterAttempt, NEW);
        expect(later.successRate).toBeCloseTo(isSuccess ? 1 : 0, 3);
      }),
    );
  });
});

it('is not steady before as many attempts stand behind it as count', () => {
  expect(isSteady(after('SSSSSSSSS'))).toBe(false);
  expect(isSteady(after('SSSSSSSSSS'))).toBe(true);
  expect(after('SSSSSSSSSSF').status).toBe('healthy');
});

it.each<[AgentCondition['status'], rate: number, AgentCondition['status']]>([
  ['healthy', 0.49, 'failed'],
  ['healthy', 0.51, 'degraded'],
  ['healthy', 0.79, 'degraded'],
  ['healthy', 0.81, 'healthy'],
  ['healthy', 0.94, 'healthy'],
  ['failed', 0.81, 'recovering'],
  ['degraded', 0.94, 'recovering'],
  ['recovering', 0.94, 'recovering'],
  ['recovering', 0.96, 'healthy'],
  ['recovering', 0.79, 'degraded'],
])('is, from %s and with a rate of %f, %s', (status, rate, expected) => {
  // A success that leaves the rate where it is to be.
  const before = { status, successRate: (rate * 10 - 1) / 9, consecutiveFailures: 3, ratedAttempts: 10 };
  const condition = afterAttempt(before, true);
  expect(condition.successRate).toBeCloseTo(rate, 10);
  expect(condition).toMatchObject({ status: expected, consecutiveFailures: 0, ratedAttempts: 10 });
});

it('is at its limits what it is above them', () => {
  expect(after('SF')).toMatchObject({ successRate: 0.5, status: 'degraded' });
  expect(after('SSSSF')).toMatchObject({ successRate: 0.8, status: 'healthy' });
});

it('counts failures in a row', () => {
  expect(['F', 'FF', 'FFS', 'FFSF'].map((attempts) => after(attempts).consecutiveFailures)).toEqual([1, 2, 0, 1]);
});

it.each<[Partial<AgentCondition>, boolean]>([
  [{}, true],
  [{ successRate: 0.995 }, false],
  [{ successRate: null }, false],
  [{ consecutiveFailures: 1 }, false],
  [{ status: 'recovering' }, false],
  [{ ratedAttempts: 9 }, false],
])('is steady with %j: %s', (change, expected) => {
  const steady: AgentCondition = { status: 'healthy', successRate: 0.996, consecutiveFailures: 0, ratedAttempts: 10 };
  expect(isSteady({ ...steady, ...change })).toBe(expected);
});

it('leads from failed over recovering to healthy', () => {
  const statuses = ['FFF', 'FFFSSS', 'FFFSSSSSSSSSSSSS', 'FFFSSSSSSSSSSSSSSSSSSSSSSSSSSSSS'].map(
    (attempts) => after(attempts).status,
  );
  expect(statuses).toEqual(['failed', 'degraded', 'recovering', 'healthy']);
});

describe('the status people see', () => {
  const NOW = new Date('2026-11-24T12:00:00Z');
  const [PAST, FUTURE] = [new Date('2026-11-24T11:58:59Z'), new Date('2026-11-24T12:00:01Z')];
  const WELL: AgentSigns = { status: 'healthy', circuitOpenUntil: null, pausedAt: null, workerSeenAt: null };

  it.each([
    ['healthy', 'worker', WELL],
    ['paused', 'worker', { ...WELL, pausedAt: PAST, circuitOpenUntil: FUTURE }],
    ['failed', 'http', { ...WELL, circuitOpenUntil: FUTURE }],
    ['degraded', 'http', { ...WELL, status: 'degraded', circuitOpenUntil: PAST }],
    ['offline', 'worker', { ...WELL, workerSeenAt: PAST }],
    ['healthy', 'worker', { ...WELL, workerSeenAt: new Date('2026-11-24T11:59:00Z') }],
    ['healthy', 'http', { ...WELL, workerSeenAt: PAST }],
  ] as const)('is %s of one of kind %s with %j', (status, kind, signs) => {
    expect(statusOf(kind, signs, NOW)).toBe(status);
  });
});
