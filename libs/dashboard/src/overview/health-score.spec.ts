import { healthScore } from './health-score.js';

const UNKNOWN = { dependencies: null, errorRate: null, sloCompliance: null, agents: null, oldestQueuedSeconds: null };

describe('healthScore', () => {
  it('is 1 when everything is well', () => {
    const well = { dependencies: 1, errorRate: 0, sloCompliance: 1, agents: 1, oldestQueuedSeconds: 0 };
    expect(healthScore(well)).toBe(1);
  });

  it('leaves out what is not known', () => {
    expect(healthScore({ ...UNKNOWN, dependencies: 1 })).toBe(1);
    expect(healthScore({ ...UNKNOWN, dependencies: 0.5 })).toBe(0.5);
  });

  it('is 0 when nothing is known or everything is down', () => {
    expect(healthScore(UNKNOWN)).toBe(0);
    expect(healthScore({ dependencies: 0, errorRate: 1, sloCompliance: 0, agents: 0, oldestQueuedSeconds: 9e9 })).toBe(
      0,
    );
  });

  it('weighs errors by how near they are to one in twenty', () => {
    expect(healthScore({ ...UNKNOWN, errorRate: 0.025 })).toBe(0.5);
    expect(healthScore({ ...UNKNOWN, errorRate: 0.9 })).toBe(0);
  });

  it.each([
    ['dependencies', 0, 0.6],
    ['errorRate', 0.05, 0.8],
    ['sloCompliance', 0, 0.8],
    ['sloCompliance', 0.95, 1],
    ['sloCompliance', 0.475, 0.9],
    ['agents', 0, 0.9],
    ['oldestQueuedSeconds', 300, 0.9],
    ['oldestQueuedSeconds', 150, 0.95],
  ])('weighs %s of %f so that all is %f', (part, value, expected) => {
    const well = { dependencies: 1, errorRate: 0, sloCompliance: 1, agents: 1, oldestQueuedSeconds: 0 };
    expect(healthScore({ ...well, [part]: value })).toBe(expected);
  });

  it('has three digits', () => {
    expect(healthScore({ ...UNKNOWN, dependencies: 1 / 3 })).toBe(0.333);
  });
});
