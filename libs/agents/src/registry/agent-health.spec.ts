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
