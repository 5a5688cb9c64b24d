import type { OpenAPIObject } from '@nestjs/swagger';
import { LOCATION } from '#platform/http';
import { operationsOf, type Response } from './operation.js';

/** Headers of answers, by the name under which they are referred to. */
const HEADERS = {
  RequestId: {
    description: 'Finds the request in the logs; the one that was sent, or a new one.',
    schema: { type: 'string' },
    example: '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00',
  },
  RetryAfter: { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 0 }, example: 1 },
  Location: {
    description: 'Address of what was made.',
    schema: { type: 'string', format: 'uri-reference' },
    example: '/api/v1/tasks/01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00',
  },
  SetCookie: {
    description:
      'In cookie mode: the refresh token as `__Host-refresh`, which no script reads, and the device as `__Host-device`.',
    schema: { type: 'string' },
  },
  IdempotentReplayed: {
    description: '`true` when this is the answer of an earlier request with the same key.',
    schema: { type: 'string', enum: ['true'] },
  },
} as const;

const refer = (name: keyof typeof HEADERS): object => ({ $ref: `#/components/headers/${name}` });

/** Says which headers answers carry. */
export function addHeaders(document: OpenAPIObject): void {
  const shared = (document.components?.responses ?? {}) as Record<string, Response>;
  for (const [name, response] of Object.entries(shared)) add(response, name.replace('Problem', ''));
  for (const { operation } of operationsOf(document)) {
    const takes = (header: string): boolean => operation.parameters?.some(({ name }) => name === header) === true;
    const names: (keyof typeof HEADERS)[] = [
      ...(takes('Idempotency-Key') ? (['IdempotentReplayed'] as const) : []),
      ...(takes('X-Auth-Mode') ? (['SetCookie'] as const) : []),
    ];
    for (const [status, response] of Object.entries(operation.responses)) {
      if (response.$ref !== undefined) continue;
      const isMade = operation[LOCATION]?.includes(Number(status));
      add(response, status, status.startsWith('2') ? [...names, ...(isMade ? (['Location'] as const) : [])] : []);
    }
    delete operation[LOCATION];
  }
  document.components = { ...document.components, headers: HEADERS as never };
}

/** Names of headers in HTTP, where they are not those above. */
const NAMES: Partial<Record<keyof typeof HEADERS, string>> = {
  IdempotentReplayed: 'Idempotent-Replayed',
  SetCookie: 'Set-Cookie',
};

function add(response: Response, status: string, more: readonly (keyof typeof HEADERS)[] = []): void {
  response.headers = {
    ...response.headers,
    'X-Request-ID': refer('RequestId'),
    ...((status === '429' || status === '503') && { 'Retry-After': refer('RetryAfter') }),
    ...Object.fromEntries(more.map((name) => [NAMES[name] ?? name, refer(name)])),
  };
}
