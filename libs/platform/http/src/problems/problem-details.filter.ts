import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { AppException, currentContext, ErrorReporter, type Severity } from '#platform/kernel';
import { translateDatabaseError } from '#platform/database';
import { ErrorsConfig } from '#config';
import { AppLogger, Metrics } from '#platform/observability';
import type { GuardedRequest } from '#platform/security';
import { unsupportedMediaType } from '../bodies/body-kind.js';
import { HttpRefusal } from './http-exceptions.js';
import { PROBLEM_MEDIA_TYPE, toProblem } from './problem.js';
import { routeOf } from '../doors/route.js';
import { kindOfStatus, STATUS_BY_KIND } from './status-by-kind.js';

/** Kinds of 4xx that may be an attack, and are recorded; others are only counted. */
const SECURITY_CODES = new Set([
  'AUTH.TOKEN_INVALID',
  'AUTH.TOKEN_REUSED',
  'AUTH.ROLE_REQUIRED',
  'AUTH.INSUFFICIENT_PERMISSIONS',
  'AUTH.FORBIDDEN',
  'SECURITY.SIGNATURE_INVALID',
  'SECURITY.SQL_INJECTION_ATTEMPT',
  'SECURITY.XSS_ATTEMPT',
  'HTTP.UNTRUSTED_HOST',
  'VALIDATION.FORBIDDEN_KEY',
]);

/**
 * The global exception filter: every failure of every route ends here, is recorded in the error ledger when it should be,
 * and becomes a problem document (RFC 9457).
 */
@Catch()
export class ProblemDetailsFilter implements ExceptionFilter {
  private readonly failures;

  constructor(
    private readonly reporter: ErrorReporter,
    private readonly logger: AppLogger,
    private readonly config: ErrorsConfig,
    metrics: Metrics,
  ) {
    this.failures = metrics.counter('failures_total', 'Failed requests by category and status.', [
      'category',
      'status',
    ]);
  }

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<FastifyRequest & GuardedRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const exception = toAppException(thrown, request);
    const status = STATUS_BY_KIND[exception.kind];
    this.failures.labels(exception.category, String(status)).inc();
    const errorId = this.isRecorded(exception, status)
      ? await this.record(exception, thrown, status, request)
      : undefined;
    if (status === 500) this.logger.error(thrown instanceof Error ? thrown : String(thrown), 'Unhandled');
    if (reply.sent || reply.raw.headersSent) {
      // A stream that failed half-way: the status is out, cutting the connection is the only honest signal left.
      reply.raw.destroy();
      return;
    }
    const { retryAfterSeconds } = exception;
    if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
    else if (status === 503) void reply.header('retry-after', 5);
    if (status === 401) void reply.header('www-authenticate', challengeOf(exception));
    const problem = toProblem(exception, {
      instance: (request.originalUrl ?? request.url).split('?')[0] ?? '/',
      correlationId: currentContext()?.correlationId ?? request.id,
      errorId,
    });
    void reply.code(status).header('content-type', PROBLEM_MEDIA_TYPE).send(JSON.stringify(problem));
  }

  private isRecorded(exception: AppException, status: number): boolean {
    if (status >= 500 || SECURITY_CODES.has(exception.code)) return true;
    return this.config.recordValidation && exception.category === 'validation';
  }

  private record(
    exception: AppException,
    thrown: unknown,
    status: number,
    request: FastifyRequest & GuardedRequest,
  ): Promise<string | undefined> {
    const severity: Severity = status < 500 && exception.severity === 'info' ? 'low' : exception.severity;
    return this.reporter.report({
      // What was thrown, not what it was translated to: its type and stack are what groups are made of.
      error: thrown instanceof AppException ? thrown : (thrown ?? exception),
      severity,
      category: exception.category,
      correlationId: currentContext()?.correlationId ?? request.id,
      userId: request.user?.id,
      endpoint: routeOf(request),
      method: request.method,
      status,
      context: { code: exception.code, ...exception.details },
    });
  }
}

function toAppException(thrown: unknown, request: FastifyRequest): AppException {
  if (thrown instanceof AppException) return thrown;
  const database = translateDatabaseError(thrown);
  if (database) return database;
  if (thrown instanceof HttpException) return byStatus(thrown.getStatus(), thrown, request);
  const status = (thrown as FastifyError | undefined)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500)
    return byStatus(status, thrown as FastifyError, request);
  return new AppException(
    { code: 'INTERNAL.UNEXPECTED', category: 'unknown', kind: 'internal' },
    'Unexpected failure',
    {
      cause: thrown,
    },
  );
}

/** What Nest and Fastify refuse by themselves; Nest wraps Fastify's errors or not, depending on where they are thrown. */
function byStatus(status: number, cause: Error, request: FastifyRequest): AppException {
  switch (status) {
    case 404:
      return new HttpRefusal('HTTP.ROUTE_NOT_FOUND', 'not_found', 'There is nothing at this address', { cause });
    case 413:
      return new HttpRefusal('HTTP.BODY_TOO_LARGE', 'too_large', 'The body of the request is too large', { cause });
    case 415:
      return unsupportedMediaType(request, cause);
    case 400:
      return new HttpRefusal('HTTP.BAD_REQUEST', 'malformed', 'The request cannot be read', { cause });
    default:
      return new HttpRefusal(`HTTP.STATUS_${status}`, kindOfStatus(status), cause.message, { cause });
  }
}

/** RFC 6750 §3: a request without credentials gets no error code. */
function challengeOf(exception: AppException): string {
  if (exception.code === 'AUTH.TOKEN_MISSING') return 'Bearer realm="devskyy"';
  if (exception.code === 'AUTH.TOKEN_EXPIRED' || exception.code === 'AUTH.TOKEN_INVALID') {
    return `Bearer realm="devskyy", error="invalid_token", error_description="${exception.message}"`;
  }
  return 'Bearer realm="devskyy"';
}
