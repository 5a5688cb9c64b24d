import type { OpenAPIObject } from '@nestjs/swagger';
import { includesRole, type Role } from '#platform/kernel';

interface Operation {
  operationId?: string;
  'x-required-role'?: Role | 'public';
  'x-session-only'?: boolean;
  'x-recent-proof'?: boolean;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The role of a key that only leases and completes tasks. */
const WORKER_ROLE: Role = 'API_USER';

const HEAD = `# Who may call what

Generated from the decorators of the controllers; do not edit. \`test/e2e/authorization.e2e-spec.ts\` calls every route with every kind of
credential and compares the answers with this page.

- **stranger**: without a credential, or with one that is not genuine. 401 everywhere but on public routes.
- **session**: lowest role of a person who is logged in; below it 403. Roles include those below them: SUPER_ADMIN > ADMIN > DEVELOPER >
  API_USER > READ_ONLY. _proof_: proven by password or code within ten minutes (\`AUTH.REAUTHENTICATION_REQUIRED\`).
- **program**: lowest role of an API key, or of the access token it was exchanged for, whose scope is a role no higher than the key's. _no_:
  the route is about the person himself (\`AUTH.SESSION_REQUIRED\`).
- **worker**: a key of role API_USER, bound to agents.

What is decided by what a request is about:

- **Keys**: a person handles all of his; a key or token those that it made, and none that may do more than itself (role, expiry, addresses,
  agents). A key ends with the key that made it.
- **Users**: an ADMIN handles those below ADMIN, a SUPER_ADMIN all; nobody his own role. His own sessions and keys nobody handles as an
  administrator by a key.
- **Tasks**: seen by their maker, by DEVELOPER and above, and by the key whose worker holds the lease; leased by keys whose role reaches the
  agent's and that name it, if they name any; approved as \`AGENTS_APPROVAL\` says. [docs/agents.md](../agents.md#who-may-what)

| method | path | stranger | session | program | worker | operation |
|---|---|---|---|---|---|---|`;

/** Every route and who may call it by what, in Markdown. */
export function authorizationMatrix(document: OpenAPIObject): string {
  const lines = [HEAD];
  for (const [path, item] of Object.entries(document.paths).sort(([a], [b]) => a.localeCompare(b))) {
    for (const method of METHODS) {
      const operation = (item as Record<string, Operation | undefined>)[method];
      if (!operation) continue;
      const decisions = decisionsOf(operation);
      const cells = [method.toUpperCase(), `\`${path}\``, ...decisions, operation.operationId ?? ''];
      lines.push(`| ${cells.join(' | ')} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function decisionsOf(operation: Operation): [stranger: string, session: string, program: string, worker: string] {
  const role = operation['x-required-role'];
  if (role === undefined) return ['no', 'no', 'no', 'no'];
  if (role === 'public') return ['yes', 'yes', 'yes', 'yes'];
  const session = operation['x-recent-proof'] === true ? `${role}, proof` : role;
  if (operation['x-session-only'] === true) return ['no', session, 'no', 'no'];
  return ['no', session, role, includesRole(WORKER_ROLE, role) ? 'yes' : 'no'];
}
