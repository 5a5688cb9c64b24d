// People, sessions, keys and an audit trail, as `growth/auth.mjs` makes them.
import { fill as fillAuth } from '../growth/auth.mjs';
import { PASSWORD } from '../process.mjs';

export const fill = (db, size) => fillAuth(db, 0, size);

export async function rows({ url, token }) {
  const response = await fetch(`${url}/api/v1/auth/api-keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'bench', role: 'ADMIN' }),
  });
  if (!response.ok) throw new Error(`api key: ${response.status} ${await response.text()}`);
  const { key } = await response.json();
  const login = { identifier: 'root@example.com', password: PASSWORD };
  return {
    'a login': { path: '/auth/login', method: 'POST', body: login },
    'one user': { path: '/auth/me' },
    'standing of a session': { path: '/auth/sessions' },
    'standing of a key': { path: '/auth/me', headers: { 'x-api-key': key } },
    'users by a text': { path: '/users?text=user500@example.com' },
    'audit trail by filters that few events meet': { path: '/audit-events?action=nothing' },
  };
}
