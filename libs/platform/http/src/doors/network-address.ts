import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * Networks that calls on behalf of an operator's address must not reach: everything the IANA special-purpose registries (RFC
 * 6890) do not mark as globally reachable, multicast, and the ranges that carry an IPv4 address inside an IPv6 one. Of IPv6 only 2000::/3
 * is given to public hosts at all (IANA IPv6 address space): what lies outside need not be listed.
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
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
];

const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/** An IPv4 address mapped into IPv6 (RFC 4291 §2.5.5.2), as URLs write it. */
const MAPPED = /^\[::ffff:[0-9a-f]{1,4}:[0-9a-f]{1,4}\]$/;

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
  if (family === 4) return !internal.check(bare, 'ipv4');
  if (family === 0) return false;
  const isMapped = MAPPED.test(new URL(`http://[${bare}]`).hostname);
  return (isMapped || globalUnicast.check(bare, 'ipv6')) && !internal.check(bare, 'ipv6');
}

/** Whether the operator allowed this host by name, with any port or with exactly this one. */
export function isAllowedHost(url: URL, allowed: readonly string[]): boolean {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return allowed.some((entry) => {
    const host = entry.toLowerCase();
    return host === url.hostname || host === `${url.hostname}:${port}`;
  });
}
