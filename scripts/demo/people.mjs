// A user of each role.
import { randomBytes } from 'node:crypto';

const PEOPLE = [
  ['owner', 'SUPER_ADMIN', 'Demo owner'],
  ['administrator', 'ADMIN', 'Demo administrator'],
  ['developer', 'DEVELOPER', 'Demo developer'],
  ['till', 'API_USER', 'Demo till'],
  ['auditor', 'READ_ONLY', 'Demo auditor'],
];

/** `example` belongs to nobody (RFC 2606). */
const DOMAIN = 'demo.example';

/** @returns `{username, role, password}` of those made now: their passwords are known nowhere else */
export async function invitePeople(service) {
  const { items } = await service.get(`/users?text=${encodeURIComponent(`@${DOMAIN}`)}&limit=100`);
  const there = new Set(items.map(({ email }) => email));
  const made = [];
  for (const [name, role, fullName] of PEOPLE) {
    const [email, username] = [`${name}@${DOMAIN}`, `demo-${name}`];
    if (there.has(email)) continue;
    const password = `Aa1-${randomBytes(15).toString('base64url')}`;
    const body = { email, username, fullName, role, password };
    // 403: whoever runs the demo may make no accounts of this role.
    const { status } = await service.call('POST', '/users', { body, expect: [403, 409] });
    if (status === 201) made.push({ username, role, password });
  }
  console.log(`People: ${made.length} made, ${there.size} there before`);
  return made;
}
