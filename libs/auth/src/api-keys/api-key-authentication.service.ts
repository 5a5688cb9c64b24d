import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { inTime, translateDatabaseError } from '#platform/database';
import { Clock, ConnectionException, rankOf, RecentMap, type Role, TokenInvalidException } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import type { Principal } from '#platform/security';
import { digestOfSecret, parseApiKey } from './api-key-text.js';
import { isAllowedFrom } from './ip-allowlist.js';
import { ApiKeyRepository, type ApiKeyStanding } from './api-key.repository.js';

/** How long a route that works without the database waits for it. */
const PATIENCE_MS = 1_000;

/** A busy key's last use is written no more often than this. */
const TOUCH_AFTER_MS = 60_000;

/** Keys whose standing is remembered for an outage of the database. */
const MAX_REMEMBERED = 1_000;

interface FoundStanding {
  readonly standing: ApiKeyStanding | undefined;
  /** Asked of the database just now. */
  readonly isCurrent: boolean;
}

/** Tells who acts by a key. */
@Injectable()
export class ApiKeyAuthenticationService {
  /** Keys as they were found last; the ones that were not used for longest are forgotten first. */
  private readonly remembered = new RecentMap<string, ApiKeyStanding>(MAX_REMEMBERED);
  /** Keys that were taken from memory in this outage, each logged once. */
  private readonly told = new Set<string>();

  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {}

  /**
   * Who a key stands for. Asked of PostgreSQL every time: a revoked key is refused at once.
   *
   * @param mayRemember whether what was found last in this process is enough while the database is away; that is logged
   * @throws TokenInvalidException when the key is unknown, revoked, expired, or used from an address that is not listed
   */
  async authenticate(key: string, ip: string, mayRemember = false): Promise<Principal> {
    const parsed = parseApiKey(key);
    if (!parsed) throw new TokenInvalidException();
    const { standing, isCurrent } = await this.standingOf(parsed.id, mayRemember);
    if (!standing || !timingSafeEqual(standing.secretDigest, digestOfSecret(parsed.secret)))
      throw new TokenInvalidException();
    if (!isAllowedFrom(ip, standing.ipAllowlist))
      throw new TokenInvalidException('The key is not valid from this address');
    const isLongAgo = this.clock.millis() - (standing.lastUsedAt?.getTime() ?? 0) > TOUCH_AFTER_MS;
    if (isCurrent && isLongAgo) await this.keys.touch(parsed.id);
    return principalOfKey(standing);
  }

  /** The owner of a key that was genuine when it was asked about last; it may have ended since. */
  recognise(key: string): string | undefined {
    const parsed = parseApiKey(key);
    const standing = parsed && this.remembered.get(parsed.id);
    const isGenuine = standing && timingSafeEqual(standing.secretDigest, digestOfSecret(parsed.secret));
    return isGenuine ? standing.userId : undefined;
  }

  private async standingOf(id: string, mayRemember: boolean): Promise<FoundStanding> {
    try {
      const found = this.keys.findStanding(id);
      const standing = await (mayRemember ? inTime(found, PATIENCE_MS) : found);
      if (standing) this.remembered.set(id, standing);
      else this.remembered.delete(id);
      this.told.delete(id);
      return { standing, isCurrent: true };
    } catch (error) {
      const standing = this.remembered.get(id);
      const isOver = (standing?.expiresAt?.getTime() ?? Infinity) <= this.clock.millis();
      if (!mayRemember || !standing || isOver || !(translateDatabaseError(error) instanceof ConnectionException))
        throw error;
      if (!this.told.has(id)) {
        this.told.add(id);
        this.logger.warn('The database is away: an API key is taken as it was found last', 'Auth', { apiKeyId: id });
      }
      return { standing, isCurrent: false };
    }
  }
}

/** Who acts by a key itself. */
function principalOfKey(standing: ApiKeyStanding): Principal {
  const { id, userId, owner, expiresAt, ipAllowlist, agents } = standing;
  const credential = { kind: 'api_key' as const, id, expiresAt, ipAllowlist, agents };
  return { id: userId, role: roleOfKey(standing), username: owner.username, credential };
}

/** The lower of the key's role and what its owner is now. */
export function roleOfKey({ role, owner }: ApiKeyStanding): Role {
  return rankOf(owner.role) < rankOf(role) ? owner.role : role;
}
