import { Injectable } from '@nestjs/common';
import { ServerConfig } from '#config';
import type { RateLimitPolicy } from '../access/access.decorator.js';
import { networkOf } from './client-network.js';
import type { GuardedRequest } from '../access/principal.js';
import { type HitRecord, RateLimitStorage } from './rate-limit-storage.js';

/** A minute: the window of the limits on credentials, whatever the general window is. */
const MINUTE_SECONDS = 60;

/** What somebody has used up of a limit. */
export interface UsedLimit {
  readonly limit: number;
  readonly hits: number;
  /** Seconds until the window ends. */
  readonly resetSeconds: number;
  readonly isExceeded: boolean;
}

/** One, or that of a user and that of his key. */
type Counters = readonly [Counter] | readonly [Counter, Counter];

/** Knows the callers of a public route in a way of its own; `undefined` for strangers. */
export type Recogniser = (request: CountedRequest) => Promise<string | undefined>;

/** What a request is counted by is taken from it, and noted at it. */
export type CountedRequest = Pick<GuardedRequest, 'ip'> & Partial<GuardedRequest>;

interface Limit {
  readonly limit: number;
  readonly windowSeconds: number;
}

interface Counter extends Limit {
  readonly key: string;
}

/**
 * Limits: of a user over all his credentials, of each of his keys, and of strangers by network. A stranger is who sends no credential,
 * or none that is genuine. The default limit counts over all routes together; routes that check a secret have limits of their own.
 */
@Injectable()
export class RateLimits {
  private readonly recognisers = new Map<RateLimitPolicy, Recogniser>();

  constructor(
    private readonly storage: RateLimitStorage,
    private readonly config: ServerConfig,
  ) {}

  /** Whom public routes of this policy count by what they send instead of by network. */
  recogniseBy(policy: RateLimitPolicy, recogniser: Recogniser): void {
    this.recognisers.set(policy, recogniser);
  }

  /** Counts a request; at once where counts are kept in memory. What is left is what the tightest of its limits leaves. */
  count(policy: RateLimitPolicy, request: CountedRequest): UsedLimit | Promise<UsedLimit> {
    const recogniser = request.user ? undefined : this.recognisers.get(policy);
    if (!recogniser) return this.countAs(undefined, policy, request);
    return recogniser(request).then((known) => this.countAs(known, policy, request));
  }

  private countAs(
    known: string | undefined,
    policy: RateLimitPolicy,
    request: CountedRequest,
  ): UsedLimit | Promise<UsedLimit> {
    const counters = this.countersOf(policy, request, known);
    request.countedBy = counters;
    const [first, second] = counters;
    // Most requests have one counter.
    if (!second) return this.hit(first);
    const used = this.hit(first);
    const other = this.hit(second);
    if (used instanceof Promise || other instanceof Promise)
      return Promise.all([used, other]).then(([one, two]) => tighter(one, two));
    return tighter(used, other);
  }

  private hit({ key, limit, windowSeconds }: Counter): UsedLimit | Promise<UsedLimit> {
    const ttl = windowSeconds * 1000;
    const here = this.storage.incrementHere(key, ttl, limit);
    if (here) return usedOf(limit, here);
    return this.storage.increment(key, ttl, limit).then((record) => usedOf(limit, record));
  }

  /** Gives a counted request back, since it came to no answer. */
  async giveBack({ countedBy = [] }: CountedRequest): Promise<void> {
    await Promise.all(countedBy.map(({ key }) => this.storage.decrement(key)));
  }

  /** Seconds that strangers of an address's network have to wait; `undefined` while they need not. Counts nothing. */
  strangersBlockedFor(policy: RateLimitPolicy, ip: string): Promise<number | undefined> {
    // Where callers are known by what they send, it is read unless their network sends far too much that is not genuine.
    const { limit } = this.recognisers.has(policy) ? this.general : this.limitOf(policy);
    return this.storage.blockedFor(keyOf(policy, strangersOf(ip)), limit);
  }

  private countersOf(policy: RateLimitPolicy, { user, ip }: CountedRequest, known: string | undefined): Counters {
    const counter = (whose: string, limit: Limit): Counter => ({ key: keyOf(policy, whose), ...limit });
    if (known !== undefined) return [counter(known, this.general)];
    const limit = this.limitOf(policy);
    if (!user) return [counter(strangersOf(ip), limit)];
    const { credential } = user;
    const ofUser = counter(`user:${user.id}`, limit);
    return credential.kind === 'session' ? [ofUser] : [ofUser, counter(`key:${credential.id}`, limit)];
  }

  private get general(): Limit {
    return { limit: this.config.rateLimitMax, windowSeconds: this.config.rateLimitWindowSeconds };
  }

  private limitOf(policy: RateLimitPolicy): Limit {
    switch (policy) {
      case 'default':
      case 'none':
        return this.general;
      case 'credentials':
        return { limit: this.config.authRateLimitMax, windowSeconds: MINUTE_SECONDS };
      case 'refresh':
        return { limit: this.config.authRateLimitMax * 2, windowSeconds: MINUTE_SECONDS };
    }
  }
}

function usedOf(limit: number, { totalHits, timeToExpire, isBlocked }: HitRecord): UsedLimit {
  return { limit, hits: totalHits, resetSeconds: timeToExpire, isExceeded: isBlocked };
}

/** The one that leaves less. */
function tighter(one: UsedLimit, other: UsedLimit): UsedLimit {
  return other.hits > one.hits ? other : one;
}

function strangersOf(ip: string): string {
  return `ip:${networkOf(ip)}`;
}

/** Routes that regular callers are not counted at have no limit of their own for strangers. */
function keyOf(policy: RateLimitPolicy, whose: string): string {
  return `${policy === 'none' ? 'default' : policy}:${whose}`;
}
