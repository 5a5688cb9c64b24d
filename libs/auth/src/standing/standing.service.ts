import { Injectable } from '@nestjs/common';
import { inTime, translateDatabaseError } from '#platform/database';
import { Clock, ConnectionException, includesRole, RecentMap, TokenInvalidException } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { type Principal, UNBOUNDED } from '#platform/security';
import { isAllowedFrom } from '../api-keys/ip-allowlist.js';
import { ApiKeyRepository, type ApiKeyStanding } from '../api-keys/api-key.repository.js';
import { SessionRepository, type SessionStanding } from '../sessions/session.repository.js';
import type { AccessTokenClaims } from '../tokens/access-token.service.js';
import { roleOfKey } from '../api-keys/api-key-authentication.service.js';

/** A verdict is used for this long: logout, demotion and deactivation act within it, on every replica, without messages. */
const FRESH_MS = 750;

/** How long a route that works without the database waits for it. */
const PATIENCE_MS = 1_000;

/** Verdicts remembered; the oldest are forgotten first. */
const MAX_REMEMBERED = 20_000;

type Standing = SessionStanding | ApiKeyStanding;

interface Verdict {
  readonly standing: Promise<Standing | undefined>;
  readonly askedAt: number;
  /** What it came to, once it is known. */
  answer?: Standing | undefined;
}

/** How the standing of a credential is asked for. */
export interface StandingQuestion {
  /** The claims alone are enough while the database is away; that is logged. */
  signatureSuffices?: boolean | undefined;
  /** PostgreSQL is asked now, whatever is remembered. */
  isAskedAnew?: boolean | undefined;
}

/**
 * Whether what is behind an access token, a login session or an API key, still stands. Asked for every request, so the
 * answer is kept for less than a second; requests that arrive meanwhile share one question. PostgreSQL is the only
 * authority: there is no message that could get lost, with Redis or without.
 */
@Injectable()
export class StandingService {
  private readonly verdicts = new RecentMap<string, Verdict>(MAX_REMEMBERED);
  /** Tokens that were taken by their signature in this outage, each logged once. */
  private readonly unchecked = new Set<string>();

  constructor(
    private readonly sessions: SessionRepository,
    private readonly apiKeys: ApiKeyRepository,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {}

  /**
   * @param ip address of the request, as keys may be bound to some; `undefined` when only the token is asked about
   * @throws TokenInvalidException when the session or key ended, the user was switched off or has another role now
   */
  async principalOf(
    claims: AccessTokenClaims,
    ip: string | undefined,
    { signatureSuffices = false, isAskedAnew = false }: StandingQuestion = {},
  ): Promise<Principal> {
    if (isAskedAnew) this.forget('sessionId' in claims ? claims.sessionId : claims.tokenId);
    try {
      const checked = this.check(claims, ip);
      return await (signatureSuffices ? inTime(checked, PATIENCE_MS) : checked);
    } catch (error) {
      if (signatureSuffices && translateDatabaseError(error) instanceof ConnectionException)
        return this.believe(claims);
      throw error;
    }
  }

  /** The caller, when what is behind the token was found standing so lately that it need not be asked again. */
  recall(claims: AccessTokenClaims, ip: string | undefined): Principal | undefined {
    const answer = this.fresh('sessionId' in claims ? claims.sessionId : claims.tokenId)?.answer;
    return answer && judge(claims, answer, ip);
  }

  /** Forgets what is known of a session or token, so that this replica notices its own changes at once. */
  forget(id: string): void {
    this.verdicts.delete(id);
  }

  private async check(claims: AccessTokenClaims, ip: string | undefined): Promise<Principal> {
    const standing = await ('sessionId' in claims
      ? this.ask(claims.sessionId, () => this.sessions.findStanding(claims.sessionId))
      : this.ask(claims.tokenId, () => this.apiKeys.findTokenStanding(claims.clientId, claims.tokenId)));
    const principal = standing && judge(claims, standing, ip);
    if (!principal) throw new TokenInvalidException();
    return principal;
  }

  private believe(claims: AccessTokenClaims): Principal {
    const { role, tokenId } = claims;
    const [id, credential] =
      'sessionId' in claims
        ? [claims.userId, { kind: 'session' as const, id: claims.sessionId, ...UNBOUNDED }]
        : [claims.clientId, { kind: 'oauth_token' as const, id: claims.clientId, ...UNBOUNDED }];
    if (!this.unchecked.has(tokenId)) {
      this.unchecked.add(tokenId);
      const message = 'The database is away: a token is taken by its signature alone';
      this.logger.warn(message, 'Auth', { userId: id, role, tokenId });
    }
    return { id, role, username: 'unchecked', credential };
  }

  private ask(id: string, find: () => Promise<Standing | undefined>): Promise<Standing | undefined> {
    const known = this.fresh(id);
    if (known) return known.standing;
    const standing = find();
    const verdict: Verdict = { standing, askedAt: this.clock.millis() };
    this.verdicts.set(id, verdict);
    standing.then(
      (answer) => {
        verdict.answer = answer;
        this.unchecked.clear();
      },
      () => this.verdicts.delete(id),
    );
    return standing;
  }

  private fresh(id: string): Verdict | undefined {
    const known = this.verdicts.get(id);
    return known && this.clock.millis() - known.askedAt < FRESH_MS ? known : undefined;
  }
}

/** The caller that the claims and what is behind them come to; nobody when they do not fit. */
function judge(claims: AccessTokenClaims, standing: Standing, ip: string | undefined): Principal | undefined {
  const { role } = claims;
  if ('sessionId' in claims) {
    const { userId, sessionId } = claims;
    if ('secretDigest' in standing || standing.userId !== userId || standing.role !== role) return undefined;
    const credential = { kind: 'session' as const, id: sessionId, provenAt: standing.provenAt, ...UNBOUNDED };
    return { id: userId, role, username: standing.username, credential };
  }
  if (!('secretDigest' in standing) || !includesRole(roleOfKey(standing), role)) return undefined;
  // A new secret takes back what the old one was exchanged for.
  if (claims.issuedAt < Math.floor(standing.secretChangedAt.getTime() / 1000)) return undefined;
  if (ip !== undefined && !isAllowedFrom(ip, standing.ipAllowlist)) return undefined;
  const { id, userId, owner, ipAllowlist, agents } = standing;
  const expiresAt = new Date(claims.expiresAt * 1000);
  const credential = { kind: 'oauth_token' as const, id, expiresAt, ipAllowlist, agents };
  return { id: userId, role, username: owner.username, credential };
}
