import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * Networks that calls on behalf of an operator's address must not reach: everything the IANA special-purpose registries (RFC
 * 6890) do not mark as globally reachable, multicast, and the ranges that carry an IPv4 address inside an IPv6 one.
 */
const INTERNAL_NETWORKS = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

const internal = new BlockList();
for (const network of INTERNAL_NETWORKS) {
  const [address = '', prefix] = network.split('/');
  internal.addSubnet(address, Number(prefix), isIPv6(address) ? 'ipv6' : 'ipv4');
}

/**
 * Whether an IP address belongs to a public host. IPv4 addresses mapped into IPv6 (`::ffff:127.0.0.1`) are judged as IPv4;
 * what is no address at all is not public.
 */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/%.*$/, '');
  const family = isIP(bare);
  return family !== 0 && !internal.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}

/** Whether the operator allowed this host by name, with any port or with exactly this one. */
export function isAllowedHost(url: URL, allowed: readonly string[]): boolean {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return allowed.some((entry) => {
    const host = entry.toLowerCase();
    return host === url.hostname || host === `${url.hostname}:${port}`;
  });
}
