import type { OpenAPIObject } from '@nestjs/swagger';
import { operationsOf, type Response } from './operation.js';

/** Headers of answers, by the name under which they are referred to. */
const HEADERS = {
  RequestId: {
    description: 'Finds the request in the logs; the one that was sent, or a new one.',
    schema: { type: 'string' },
    example: '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00',
  },
  RetryAfter: { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 0 }, example: 1 },
  IdempotentReplayed: {
    description: '`true` when this is the answer of an earlier request with the same key.',
    schema: { type: 'string', enum: ['true'] },
  },
} as const;

const refer = (name: keyof typeof HEADERS): object => ({ $ref: `#/components/headers/${name}` });

/** Says which headers answers carry. */
export function addHeaders(document: OpenAPIObject): void {
  const shared = (document.components?.responses ?? {}) as Record<string, Response>;
  for (const [name, response] of Object.entries(shared)) add(response, name.replace('Problem', ''), false);
  for (const { operation } of operationsOf(document)) {
    const isKeyed = operation.parameters?.some(({ name }) => name === 'Idempotency-Key') === true;
    for (const [status, response] of Object.entries(operation.responses))
      if (response.$ref === undefined) add(response, status, isKeyed && status.startsWith('2'));
  }
  document.components = { ...document.components, headers: HEADERS as never };
}

function add(response: Response, status: string, isReplayable: boolean): void {
  response.headers = {
    ...response.headers,
    'X-Request-ID': refer('RequestId'),
    ...((status === '429' || status === '503') && { 'Retry-After': refer('RetryAfter') }),
    ...(isReplayable && { 'Idempotent-Replayed': refer('IdempotentReplayed') }),
  };
}
