import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  accessOf,
  type AuthenticationStrategies,
  type ClosedDoors,
  hasCredentials,
  networkOf,
  RateLimitExceededException,
  type RateLimits,
} from '#platform/security';
import { readsBody } from './body-kind.js';
import { isProbe } from '../doors/probes.js';

/** Seconds after which bodies that were too many at once may be sent again. */
const RETRY_SECONDS = 1;

/** From this status on no secret was judged, and whoever showed it may do so again. */
const SERVER_FAILURE = 500;

/** Whoever sends a larger body shows a genuine credential before it is read, where the route demands one. */
const SMALL_BODY_BYTES = 16 * 1024;

/** A body that is in the works, and who it counts for. */
interface Claim {
  readonly whose: string;
  readonly bytes: number;
}

type CountedRequest = FastifyRequest & { claim?: Claim | undefined };

interface CrowdLimits {
  readonly limits: RateLimits;
  readonly strategies: AuthenticationStrategies;
  readonly doors: ClosedDoors;
  /** Bytes of bodies that one user, or one network of strangers, may have in the works. */
  readonly bytesInFlight: number;
}

/**
 * Before anything of a body is read: refuses strangers of a network that has used up its limit, and callers who send more at once than
 * one of them should, or knock at a closed door; and leaves bodies unread that the guards will refuse anyway. Who is genuine is only
 * guessed here, by what was proven before; the guards decide.
 */
export function controlCrowds(fastify: FastifyInstance, crowd: CrowdLimits): void {
  const { limits, strategies, doors, bytesInFlight } = crowd;
  const inFlight = new Map<string, number>();
  fastify.decorateRequest('claim', undefined);

  /** Why the body is one too many; `undefined` once it is counted. */
  const claim = (request: CountedRequest, whose: string): Error | undefined => {
    const bytes = bytesOf(request);
    if (bytes === 0) return undefined;
    const before = inFlight.get(whose) ?? 0;
    // One body is always taken, however large: its own limit bounds it.
    if (before > 0 && before + bytes > bytesInFlight) return new RateLimitExceededException(RETRY_SECONDS);
    inFlight.set(whose, before + bytes);
    request.claim = { whose, bytes };
    return undefined;
  };

  const admitStranger = async (request: FastifyRequest): Promise<void> => {
    const { isPublic = false, rateLimit = 'default' } = accessOf(request);
    // Such a route knows its callers in a way of its own, and counts strangers itself.
    if (isPublic && rateLimit === 'none') return;
    const seconds = await limits.strangersBlockedFor(rateLimit, request.ip);
    if (seconds !== undefined) throw new RateLimitExceededException(seconds);
    if (isPublic || request.is404) return;
    const isLarge = bytesOf(request) > SMALL_BODY_BYTES || readsBody(request, 'ndjson');
    if (!hasCredentials(request) || (isLarge && !(await strategies.isGenuine(request)))) leaveUnread(request);
  };

  fastify.addHook('onRequest', (request, _reply, done) => {
    if (isProbe(request)) return done();
    const refusal = doors.refusalOf(accessOf(request).door);
    if (refusal) return done(refusal);
    const user = strategies.recognise(request);
    if (user !== undefined) return done(claim(request, user));
    admitStranger(request).then(() => done(claim(request, networkOf(request.ip))), done);
  });

  fastify.addHook('onResponse', (request: CountedRequest, reply, done) => {
    if (reply.statusCode >= SERVER_FAILURE && accessOf(request).rateLimit === 'credentials')
      void limits.giveBack(request);
    const { claim: claimed } = request;
    if (claimed) {
      const left = (inFlight.get(claimed.whose) ?? 0) - claimed.bytes;
      if (left > 0) inFlight.set(claimed.whose, left);
      else inFlight.delete(claimed.whose);
    }
    done();
  });
}

/** What a body takes of memory: nothing of a stream that is read as it comes; as much as there may be when it does not say. */
function bytesOf(request: FastifyRequest): number {
  if (readsBody(request, 'ndjson')) return 0;
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (length !== undefined) return Number(length) || 0;
  return encoding === undefined ? 0 : request.routeOptions.bodyLimit;
}

/** Goes on as if there were no body, for the guards to refuse. Node lets it pass unread, so that the sender gets to see the answer. */
function leaveUnread({ headers }: FastifyRequest): void {
  for (const name of ['content-length', 'transfer-encoding', 'content-type']) delete headers[name];
}
