import fc from 'fast-check';
import { canonicalEvent, CHAIN_START, chainHash } from './audit-chain.js';

const fields = fc.array(fc.option(fc.string()), { minLength: 1, maxLength: 11 });

describe('the audit chain', () => {
  it('gives different events different texts', () => {
    fc.assert(
      fc.property(fields, fields, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(canonicalEvent(a)).not.toBe(canonicalEvent(b));
      }),
    );
  });

  it('depends on everything before', () => {
    const first = chainHash(CHAIN_START, ['1', 'login']);
    expect(chainHash(first, ['2', 'logout'])).not.toEqual(chainHash(CHAIN_START, ['2', 'logout']));
  });

  it('hashes events without a credential as before credentials were kept', () => {
    const event = Array<string | null>(11).fill('x');
    expect(canonicalEvent([...event, null])).toBe(canonicalEvent(event));
    expect(canonicalEvent([...event, 'key'])).toBe(`${canonicalEvent(event)}3:key`);
  });

  it('counts bytes, not characters', () => {
    expect(canonicalEvent(['ü', null, ''])).toBe('2:ü-0:');
  });
});
