import type { FastifyRequest } from 'fastify';
import { assertReadsBody, ReadsBody } from './body-kind.js';

/**
 * This route reads `application/x-www-form-urlencoded`, as OAuth demands. Others do not: a form is what any
 * page on the web can make a browser send.
 */
export const FormBody = (): MethodDecorator => ReadsBody('form');

/**
 * Parses a form; a parameter that is sent twice becomes a list.
 *
 * @throws HttpRefusal (415) on a route that does not read forms
 */
export function parseFormBody(request: FastifyRequest, text: string): Record<string, string | string[]> {
  assertReadsBody(request, 'form');
  const parameters = new URLSearchParams(text);
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => {
      const values = parameters.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
