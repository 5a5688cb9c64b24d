import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEM_MEANINGS } from '#platform/http';
import { type Operation, operationsOf, type Response } from './operation.js';

const PROBLEM = 'application/problem+json';

/** Probes touch nothing that could be away, and are not counted. */
const PROBES = new Set(['getLiveness', 'getStartup', 'getReadiness', 'getHealth']);

/**
 * What every operation may come to, whatever its controller says: addresses, bodies, callers and limits are checked before it. Answers
 * that are alike are said once and referred to.
 */
export function addFailures(document: OpenAPIObject): void {
  const responses: Record<string, Response> = {};
  for (const { path, method, operation } of operationsOf(document)) {
    for (const status of alwaysPossible(path, method, operation)) {
      const known = operation.responses[status];
      if (!known) operation.responses[status] = problem(status);
      // Protocols have failures of their own beside ours.
      else known.content = { ...problem(status).content, ...known.content };
    }
    for (const [status, response] of Object.entries(operation.responses)) {
      const isUsual =
        response.description === PROBLEM_MEANINGS[Number(status)] &&
        Object.keys(response.content ?? {}).join() === PROBLEM;
      if (!isUsual) continue;
      responses[`Problem${status}`] ??= problem(status);
      operation.responses[status] = { $ref: `#/components/responses/Problem${status}` };
    }
  }
  document.components = { ...document.components, responses: responses as never };
}

function alwaysPossible(path: string, method: string, operation: Operation): string[] {
  const { operationId } = operation;
  if (PROBES.has(operationId)) return ['422'];
  const isPublic = operation['x-required-role'] === 'public';
  return [
    ...['400', '422', '429', '500', '503'],
    ...(isPublic ? [] : ['401', '403']),
    // A body may come where none is asked for.
    ...(method === 'get' ? [] : ['413', '415']),
    ...(path.includes('{') ? ['414'] : []),
  ];
}

function problem(status: string): Response {
  const schema = { $ref: '#/components/schemas/ProblemDto' };
  return { description: PROBLEM_MEANINGS[Number(status)] ?? 'Failure', content: { [PROBLEM]: { schema } } };
}
