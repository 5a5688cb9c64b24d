import type { OpenAPIObject } from '@nestjs/swagger';

type Operation = { summary?: string; operationId?: string; 'x-required-role'?: string };

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Every route and the role it asks for, in Markdown. */
export function authorizationMatrix(document: OpenAPIObject): string {
  const lines = [
    '# Who may call what',
    '',
    'Generated from the decorators of the controllers; do not edit. Roles include those below them:',
    'SUPER_ADMIN > ADMIN > DEVELOPER > API_USER > READ_ONLY.',
    '',
    '| method | path | role | operation |',
    '|---|---|---|---|',
  ];
  for (const [path, item] of Object.entries(document.paths).sort(([a], [b]) => a.localeCompare(b))) {
    for (const method of METHODS) {
      const operation = (item as Record<string, Operation | undefined>)[method];
      if (!operation) continue;
      const role = operation['x-required-role'] ?? '**none declared**';
      lines.push(`| ${method.toUpperCase()} | \`${path}\` | ${role} | ${operation.operationId ?? ''} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}
