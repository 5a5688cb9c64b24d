import fc from 'fast-check';
import { areAllAllowed, isAddressOrNetwork, isAllowedFrom } from './ip-allowlist.js';

describe('allowlists of addresses', () => {
  it.each(['203.0.113.7', '203.0.113.0/24', '0.0.0.0/0', '::1', '2001:db8::/32', '::/0'])('take %s', (text) => {
    expect(isAddressOrNetwork(text)).toBe(true);
  });

  it.each([
    '999.1.1.1',
    '1.2.3',
    '1.2.3.4/33',
    '1.2.3.4/',
    '1.2.3.4/1/2',
    '::1/129',
    ':::',
    'fe80::1%eth0',
    'host',
    '',
    '1.2.3.4/-1',
  ])('refuse %j', (text) => {
    expect(isAddressOrNetwork(text)).toBe(false);
    expect(isAllowedFrom('1.2.3.4', [text])).toBe(false);
  });

  it('have whom their networks have, also as IPv6 writes IPv4', () => {
    expect(isAllowedFrom('203.0.113.7', ['203.0.113.0/24'])).toBe(true);
    expect(isAllowedFrom('::ffff:203.0.113.7', ['203.0.113.0/24'])).toBe(true);
    expect(isAllowedFrom('203.0.114.7', ['203.0.113.0/24', '::/0'])).toBe(false);
    expect(isAllowedFrom('2001:db8::1', ['2001:db8::/32'])).toBe(true);
    expect(isAllowedFrom('anything', [])).toBe(true);
  });

  it('are within another when every network is', () => {
    expect(areAllAllowed(['203.0.113.7', '203.0.113.128/25'], ['203.0.113.0/24'])).toBe(true);
    expect(areAllAllowed(['203.0.112.0/23'], ['203.0.113.0/24'])).toBe(false);
    expect(areAllAllowed([], ['203.0.113.0/24'])).toBe(false);
    expect(areAllAllowed([], [])).toBe(true);
    expect(areAllAllowed(['1.2.3.4'], [])).toBe(true);
  });

  it('let nobody in through a list within another whom the other does not have', () => {
    const octet = fc.integer({ min: 0, max: 3 });
    const address = fc.tuple(octet, octet).map(([a, b]) => `10.0.${a}.${b}`);
    const network = fc.tuple(address, fc.integer({ min: 22, max: 32 })).map(([ip, bits]) => `${ip}/${bits}`);
    fc.assert(
      fc.property(
        fc.array(network, { minLength: 1, maxLength: 3 }),
        fc.array(network, { minLength: 1, maxLength: 3 }),
        address,
        (inner, outer, ip) => {
          fc.pre(areAllAllowed(inner, outer) && isAllowedFrom(ip, inner));
          expect(isAllowedFrom(ip, outer)).toBe(true);
        },
      ),
    );
  });
});
