import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import helmet, { type HelmetOptions } from 'helmet';
import type { AppConfig } from '#config';

/** Swagger UI loads its own scripts and styles, and has one style in the page; answers of the API load nothing at all. */
const DOCUMENTATION_POLICY =
  "default-src 'none';script-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;connect-src 'self';" +
  "frame-ancestors 'none';base-uri 'none';form-action 'none'";

/** Of each service in this process, for answers that are given before its hooks run. */
const usual = new WeakMap<object, Readonly<Record<string, string>>>();

/** The headers of every answer of a service that is no page. */
export function usualHeaders(fastify: object | undefined): Readonly<Record<string, string>> {
  return (fastify && usual.get(fastify)) ?? {};
}

/** Sets the headers that tell browsers what an answer must not be used for. */
export function secureAnswers(fastify: FastifyInstance, config: AppConfig): void {
  const headers = headersOf({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
    },
    crossOriginEmbedderPolicy: { policy: 'require-corp' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
    frameguard: { action: 'deny' },
    hsts: config.environment.isProduction ? { maxAge: 31_536_000, includeSubDomains: true } : false,
  });
  usual.set(fastify, headers);
  const documentation = { ...headers, 'Content-Security-Policy': DOCUMENTATION_POLICY };
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers(/^\/docs(\/|$|\?)/.test(request.url) ? documentation : headers);
    done();
  });
}

/** What helmet sets for these options. It depends on nothing in a request, so it is worked out once. */
function headersOf(options: HelmetOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  const answer = {
    setHeader: (name: string, value: string) => (headers[name] = value),
    removeHeader: () => undefined,
  };
  helmet(options)({} as never, answer as unknown as ServerResponse, () => undefined);
  return headers;
}
