import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * Whether an address is on a list of addresses and networks (`203.0.113.7`, `2001:db8::/32`). An empty list has everybody.
 */
export function isAllowedFrom(ip: string, allowlist: readonly string[]): boolean {
  if (allowlist.length === 0) return true;
  const list = new BlockList();
  for (const entry of allowlist) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  const plain = ip.replace(/^::ffff:(?=\d+\.)/i, '');
  return list.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
}
