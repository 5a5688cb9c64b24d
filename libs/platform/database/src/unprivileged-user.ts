import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** How to run a program as another user. */
export interface RunAs {
  uid: number;
  gid: number;
  wrap: (program: string, args: string[]) => [string, string[]];
}

/**
 * PostgreSQL refuses to run as root. Under root this picks the user it runs as instead: `postgres` where it exists, else
 * `nobody`. `undefined` when the service itself is unprivileged.
 *
 * The user must be able to reach the given folders. A checkout below a private folder (root's home, a `mktemp -d`) is closed
 * to it; there the one capability that passes folder permissions is handed over instead of loosening anybody's folders.
 */
export function unprivilegedUser(reach: string[]): RunAs | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const user = lookUpUser(['postgres', 'nobody']);
  if (!user)
    throw new EmbeddedPostgresError(
      'Running as root, and there is no user "postgres" or "nobody" to run PostgreSQL as.',
    );
  if (spawnSync('setpriv', ['--version']).status !== 0) {
    throw new EmbeddedPostgresError(
      'Running as root needs `setpriv` (util-linux); or start as an ordinary user, or set DATABASE_URL.',
    );
  }
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const closed = reach.some((dir) => !isReachable(dir, user));
  // PostgreSQL asks access(2) whether its programs may be run, and that ignores capabilities unless the secure bit says otherwise.
  const capability = closed
    ? ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup']
    : [];
  return { ...user, wrap: (program, args) => ['setpriv', [...identity, ...capability, program, ...args]] };
}

function lookUpUser(names: string[]): { uid: number; gid: number } | undefined {
  const entries = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of names) {
    const entry = entries.find(([user]) => user === name);
    if (entry) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  return undefined;
}

/** Whether every folder on the way may be passed by the user. */
function isReachable(dir: string, user: { uid: number; gid: number }): boolean {
  for (let current = path.resolve(dir); ; current = path.dirname(current)) {
    const { mode, uid, gid } = statSync(current);
    const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
    if (((mode >> shift) & 0o1) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}
