import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type RequestContext, runInContext, UuidV7Ids } from '#platform/kernel';

/** What is taken and sent as `X-Request-ID`. */
export const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;
const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/;

/** Sorted by time: what is indexed by them is written at one end of its index. */
const ids = new UuidV7Ids();

type CorrelatedRequest = FastifyRequest & { unitOfWork?: RequestContext };

/** A request as a unit of work, with its place in the caller's trace (W3C Trace Context). */
class IncomingRequest implements RequestContext {
  principalId: string | undefined;
  credentialId: string | undefined;
  private ownTraceparent: string | undefined;

  constructor(
    readonly correlationId: string,
    private readonly request: FastifyRequest,
    private readonly traceId: string | undefined,
    private readonly traceFlags: string | undefined,
  ) {}

  get ip(): string {
    return this.request.ip;
  }

  get userAgent(): string | undefined {
    return this.request.headers['user-agent'];
  }

  /** Made when first asked for: most requests call nobody. */
  get traceparent(): string {
    this.ownTraceparent ??= `00-${this.traceId ?? hex(16)}-${hex(8)}-${this.traceFlags ?? '01'}`;
    return this.ownTraceparent;
  }
}

/** Accepts the caller's id or makes one; everything done for the request then runs with it. */
export function correlate(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request: CorrelatedRequest, reply, done) => {
    const { id, trace } = correlationOf(request.headers);
    request.id = id;
    request.unitOfWork = new IncomingRequest(id, request, trace?.[1], trace?.[2]);
    void reply.header('X-Request-ID', id);
    runInContext(request.unitOfWork, done);
  });
  // Node calls back from reading a body outside the asynchronous context: enter it again before the handler.
  fastify.addHook('preValidation', (request: CorrelatedRequest, _reply, done) => {
    if (request.unitOfWork) runInContext(request.unitOfWork, done);
    else done();
  });
}

/** The caller's id, else the id of his trace, else a new one; and the parts of his `traceparent`. */
export function correlationOf(headers: IncomingHttpHeaders): { id: string; trace: RegExpExecArray | null } {
  const given = headers['x-request-id'];
  const sent = headers['traceparent'];
  const trace = typeof sent === 'string' ? TRACEPARENT.exec(sent) : null;
  const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : (trace?.[1] ?? ids.next());
  return { id, trace };
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}
