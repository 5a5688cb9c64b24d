import { isPublicAddress } from './network-address.js';

/** Addresses of this network, and of none. */
const IPV4 = ['127.0.0.1', '10.1.2.3', '169.254.169.254', '192.168.0.1', '100.64.0.1', '0.0.0.0', '224.0.0.1'];

/** Every way in which IPv6 carries an IPv4 address. */
const CARRIERS: Record<string, (hex: string, dotted: string) => string> = {
  mapped: (_, dotted) => `::ffff:${dotted}`,
  'mapped, in hex': (hex) => `::ffff:${hex}`,
  'mapped, written out': (hex) => `0:0:0:0:0:ffff:${hex}`,
  translated: (_, dotted) => `::ffff:0:${dotted}`,
  compatible: (_, dotted) => `::${dotted}`,
  NAT64: (_, dotted) => `64:ff9b::${dotted}`,
  'local NAT64': (hex) => `64:ff9b:1::${hex}`,
  '6to4': (hex) => `2002:${hex}::1`,
  Teredo: (hex) => `2001:0:${hex}::1`,
};

const hexOf = (dotted: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};

describe('addresses of public hosts', () => {
  it.each(Object.entries(CARRIERS))('are not those of this network, however IPv6 carries them: %s', (_, carry) => {
    const carried = IPV4.map((dotted) => carry(hexOf(dotted), dotted));
    expect(carried.filter(isPublicAddress)).toEqual([]);
  });

  it('are not those of this network, of no network, or of documents', () => {
    const none = [
      '::',
      '::1',
      'fc00::1',
      'fe80::1',
      'fe80::1%eth0',
      'ff02::1',
      '100::1',
      '5f00::1',
      '4000::1',
      '2001:db8::1',
      '3fff::1',
    ];
    expect([...IPV4, ...none, 'localhost', '', '1.2.3'].filter(isPublicAddress)).toEqual([]);
  });

  it('are those that are given to hosts', () => {
    const all = ['8.8.8.8', '2606:4700:4700::1111', '2a00:1450:4001:80b::200e', '::ffff:8.8.8.8'];
    expect(all.filter((address) => !isPublicAddress(address))).toEqual([]);
  });
});
