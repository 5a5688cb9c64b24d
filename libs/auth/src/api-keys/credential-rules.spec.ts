import fc from 'fast-check';
import { ROLES } from '#platform/kernel';
import { type Powers, powersFor, widerPowers } from './credential-rules.js';

const person: Powers = { role: 'ADMIN', expiresAt: null, ipAllowlist: [], agents: [] };
const bounded: Powers = {
  role: 'DEVELOPER',
  expiresAt: new Date('2026-12-24T00:00:00Z'),
  ipAllowlist: ['203.0.113.0/24'],
  agents: ['financial', 'inventory'],
};

const powers: fc.Arbitrary<Powers> = fc.record({
  role: fc.constantFrom(...ROLES),
  expiresAt: fc.constantFrom(null, new Date(1), new Date(2), new Date(3)),
  ipAllowlist: fc.subarray(['10.0.0.0/8', '10.1.0.0/16', '10.1.1.1', '192.0.2.0/24']),
  agents: fc.subarray(['financial', 'inventory', 'scanner']),
});

describe('the powers of a credential', () => {
  it.each<[keyof Powers, Partial<Powers>]>([
    ['role', { role: 'ADMIN' }],
    ['expiresAt', { expiresAt: null }],
    ['expiresAt', { expiresAt: new Date('2026-12-25T00:00:00Z') }],
    ['ipAllowlist', { ipAllowlist: [] }],
    ['ipAllowlist', { ipAllowlist: ['203.0.113.0/24', '198.51.100.1'] }],
    ['agents', { agents: [] }],
    ['agents', { agents: ['financial', 'scanner'] }],
  ])('are exceeded by %s: %j', (power, change) => {
    expect(widerPowers(bounded, { ...bounded, ...change })).toEqual([power]);
  });

  it('are handed on where nothing is asked for', () => {
    expect(powersFor(bounded, {})).toEqual(bounded);
    expect(powersFor(bounded, { ipAllowlist: [], agents: [] })).toEqual(bounded);
    expect(powersFor(person, { role: 'READ_ONLY' })).toEqual({ ...person, role: 'READ_ONLY' });
  });

  it('only ever get narrower from one to the next', () => {
    const isWithin = (own: Powers, other: Powers): boolean => widerPowers(own, other).length === 0;
    fc.assert(
      fc.property(powers, powers, powers, (first, second, third) => {
        expect(isWithin(first, first)).toBe(true);
        if (isWithin(first, second) && isWithin(second, third)) expect(isWithin(first, third)).toBe(true);
      }),
      { numRuns: 20_000 },
    );
  });

  it('include what is asked for nothing more than', () => {
    fc.assert(
      fc.property(powers, powers, (own, asked) => {
        fc.pre(widerPowers(own, powersFor(own, asked)).length === 0);
        expect(widerPowers(own, powersFor(own, { ...asked, agents: [] }))).toEqual([]);
      }),
    );
  });
});
