import { BlockList, isIP, isIPv6 } from 'node:net';

interface Network {
  address: string;
  family: 'ipv4' | 'ipv6';
  bits: number;
}

/** Whether a text is an address or a network: `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`. */
export function isAddressOrNetwork(text: string): boolean {
  return networkFrom(text) !== undefined;
}

/** Whether an address is on a list of addresses and networks. An empty list has everybody. */
export function isAllowedFrom(ip: string, allowlist: readonly string[]): boolean {
  if (allowlist.length === 0) return true;
  const caller = networkFrom(ip.replace(/^::ffff:(?=\d+\.)/i, ''));
  return caller !== undefined && allowlist.some((entry) => holds(entry, caller));
}

/** Whether every address of `entries` is on the allowlist. No entries are all addresses. */
export function areAllAllowed(entries: readonly string[], allowlist: readonly string[]): boolean {
  if (allowlist.length === 0) return true;
  const networks = entries.map(networkFrom);
  return entries.length > 0 && networks.every((each) => each && allowlist.some((entry) => holds(entry, each)));
}

/** Whether a network has all addresses of another. An entry that is none has nobody. */
function holds(entry: string, other: Network): boolean {
  const network = networkFrom(entry);
  if (!network || network.family !== other.family || network.bits > other.bits) return false;
  const list = new BlockList();
  list.addSubnet(network.address, network.bits, network.family);
  return list.check(other.address, other.family);
}

function networkFrom(text: string): Network | undefined {
  const [address = '', bits, ...more] = text.split('/');
  // A zone (`fe80::1%eth0`) means an interface of one machine, so it names nobody here.
  if (isIP(address) === 0 || address.includes('%') || more.length > 0) return undefined;
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const most = family === 'ipv6' ? 128 : 32;
  if (bits === undefined) return { address, family, bits: most };
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? { address, family, bits: Number(bits) } : undefined;
}
