import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { HttpRefusal } from './http-exceptions.js';

/**
 * This route reads `application/x-www-form-urlencoded`, as OAuth demands. Others do not: a form is what any
 * page on the web can make a browser send.
 */
export const FormBody = (): MethodDecorator => RouteConfig({ readsForms: true });

/**
 * Parses a form; a parameter that is sent twice becomes a list.
 *
 * @throws HttpRefusal (415) on a route that does not read forms
 */
export function parseFormBody(request: FastifyRequest, text: string): Record<string, string | string[]> {
  const { readsForms } = (request.routeOptions.config ?? {}) as { readsForms?: boolean };
  if (readsForms !== true)
    throw new HttpRefusal('HTTP.UNSUPPORTED_MEDIA_TYPE', 'unsupported_media_type', 'Send application/json');
  const parameters = new URLSearchParams(text);
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => {
      const values = parameters.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
