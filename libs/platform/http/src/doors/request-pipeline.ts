import compress from '@fastify/compress';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppConfig } from '#config';
import { currentContext } from '#platform/kernel';
import { AppLogger, Metrics } from '#platform/observability';
import { AuthenticationStrategies, ClosedDoors, type GuardedRequest, RateLimits } from '#platform/security';
import { checkText, parseCleanedJson, parseJsonBody, parsePrunedJson } from '../bodies/body-guard.js';
import {
  assertReadsBody,
  type BodyKind,
  DEFAULT_BODY_BYTES,
  readsBody,
  type RouteSettings,
  settingsOf,
} from '../bodies/body-kind.js';
import { BYTE_BODY_TYPE, tooLarge } from '../bodies/byte-body.js';
import { correlate } from './correlation.js';
import { allowOrigins } from './cross-origin.js';
import { controlCrowds } from '../bodies/crowd-control.js';
import { withExactNumbers } from '../bodies/exact-numbers.js';
import { parseFormBody } from '../bodies/form-body.js';
import { sayLocations } from '../answers/location.js';
import { HttpRefusal } from '../problems/http-exceptions.js';
import { answerHeads } from './head-routes.js';
import { hasOwnPace } from './own-pace.js';
import { isProbe } from './probes.js';
import { routeOf } from './route.js';
import { secureAnswers } from './security-headers.js';
import { NDJSON } from '../bodies/stream-body.js';
import { hasOneHost, isTrustedHost } from './trusted-hosts.js';

/**
 * What happens to a request before Nest sees it, in order: correlation id, trusted hosts, CORS, security headers, crowds, checks of
 * address and body; and after it was answered: metrics and the access line.
 */
export async function installRequestPipeline(app: NestFastifyApplication, config: AppConfig): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  correlate(fastify);
  refuseUntrusted(fastify, config.server.trustedHosts);
  await allowOrigins(fastify, config.cors);
  secureAnswers(fastify, config);
  controlCrowds(fastify, {
    limits: app.get(RateLimits),
    strategies: app.get(AuthenticationStrategies),
    doors: app.get(ClosedDoors),
    bytesInFlight: config.performance.maxBytesInFlightMb * 1024 * 1024,
  });
  if (config.performance.enableGzip) {
    await fastify.register(compress, {
      global: true,
      globalDecompression: false,
      threshold: config.performance.gzipMinimumSize,
      encodings: ['br', 'gzip', 'deflate'],
    });
  }
  answerHeads(fastify);
  checkRequests(fastify);
  limitBodies(fastify, config.performance.maxContentLengthMb * 1024 * 1024);
  parseBodies(fastify);
  sayLocations(fastify);
  observe(fastify, app.get(Metrics), app.get(AppLogger));
}

function refuseUntrusted(fastify: FastifyInstance, trusted: readonly string[]): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    // Probes and scrapers come by the address of a pod or of the loopback.
    if (isProbe(request)) done();
    else if (hasOneHost(request.raw.rawHeaders) && isTrustedHost(request.host, trusted)) done();
    else done(new HttpRefusal('HTTP.UNTRUSTED_HOST', 'malformed', 'The Host header is not one of this service'));
  });
}

function checkRequests(fastify: FastifyInstance): void {
  fastify.addHook('preValidation', (request, _reply, done) => {
    try {
      for (const [name, value] of Object.entries((request.query ?? {}) as Record<string, unknown>)) {
        for (const text of Array.isArray(value) ? value : [value]) if (typeof text === 'string') checkText(text, name);
      }
      for (const [name, value] of Object.entries((request.params ?? {}) as Record<string, unknown>)) {
        if (typeof value === 'string') checkText(value, name);
      }
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}

/** Bodies that are refused by the length they say are let pass unread up to so many times the largest, so that the answer is read. */
const LET_PASS = 4;

/** Each route takes as much as it says, and most need little: what is large takes long to parse. */
function limitBodies(fastify: FastifyInstance, most: number): void {
  fastify.addHook('onRoute', (route) => {
    const { bodyLimit = DEFAULT_BODY_BYTES, readsBody: kind } = (route.config ?? {}) as RouteSettings;
    const isStream = kind === 'bytes' || kind === 'ndjson';
    route.bodyLimit = isStream || bodyLimit === 'large' ? most : Math.min(most, bodyLimit);
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared === 0) return done();
    const isTooLarge = declared > request.routeOptions.bodyLimit && !readsBody(request, 'ndjson');
    // Whoever is cut off while he sends does not see the answer; far larger ones are cut off all the same.
    if (isTooLarge && declared <= LET_PASS * most) done(tooLarge());
    else done();
  });
}

/**
 * JSON is read, and forms where a route says so, and only as they are: compressed bodies are refused, so there is nothing to
 * bomb. Routes that ask for bytes get what was sent.
 */
function parseBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addHook('onRequest', (request, _reply, done) => {
    const encoding = request.headers['content-encoding'];
    if (readsBody(request, 'bytes')) {
      request.headers['content-type'] = BYTE_BODY_TYPE;
      done();
      return;
    }
    if (encoding === undefined || encoding === 'identity') done();
    else
      done(
        new HttpRefusal(
          'HTTP.UNSUPPORTED_ENCODING',
          'unsupported_media_type',
          'Send the body without Content-Encoding',
        ),
      );
  });
  const form = 'application/x-www-form-urlencoded';
  fastify.addContentTypeParser<string>(form, { parseAs: 'string' }, answering(parseFormBody));
  fastify.addContentTypeParser(BYTE_BODY_TYPE, answering(asItIs('bytes')));
  fastify.addContentTypeParser(NDJSON, answering(asItIs('ndjson')));
  fastify.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    answering((request, text: string) => {
      // Signatures are over the bytes that were sent, not over what they mean.
      (request as FastifyRequest & { rawBody?: string }).rawBody = text;
      const { readsBody: kind, takesManyValues } = settingsOf(request);
      if (kind === 'pruned') return parsePrunedJson(text);
      if (kind === 'cleaned') return parseCleanedJson(text);
      return parseJsonBody(kind === 'exact' ? withExactNumbers(text) : text, takesManyValues);
    }),
  );
}

const asItIs =
  (kind: BodyKind) =>
  <B>(request: FastifyRequest, body: B): B => {
    assertReadsBody(request, kind);
    return body;
  };

/** A parser that returns what it read, or throws, as Fastify wants it. */
function answering<B>(
  parse: (request: FastifyRequest, body: B) => unknown,
): (request: FastifyRequest, body: B, done: (error: Error | null, body?: unknown) => void) => void {
  return (request, body, done) => {
    try {
      done(null, parse(request, body));
    } catch (error) {
      done(error as Error);
    }
  };
}

function observe(fastify: FastifyInstance, metrics: Metrics, logger: AppLogger): void {
  fastify.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done) => {
    const route = routeOf(request);
    const durationMs = reply.elapsedTime;
    const isQuiet = isProbe(request);
    const objective = isQuiet || route === 'unmatched' ? 'none' : hasOwnPace(request) ? 'answered' : 'in_time';
    metrics.request({ method: request.method, route, status: reply.statusCode, durationMs, objective });
    if (!isQuiet) {
      logger.access({
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(durationMs * 100) / 100,
        userId: (request as GuardedRequest).user?.id ?? currentContext()?.principalId,
        correlationId: request.id,
      });
    }
    done();
  });
}
