import { Injectable } from '@nestjs/common';
import { Clock, TokenInvalidError } from '#platform/kernel';
import { type Principal } from '#platform/security';
import { SessionRepository, type SessionStanding } from '../infrastructure/session.repository.js';
import type { AccessTokenClaims } from './access-token.service.js';

/** A verdict is used for this long: logout, demotion and deactivation act within it, on every replica, without messages. */
const FRESH_MS = 750;

/** Sessions remembered; the oldest are forgotten first. */
const MAX_REMEMBERED = 20_000;

interface Verdict {
  standing: Promise<SessionStanding | undefined>;
  askedAt: number;
}

/**
 * Whether the session behind an access token still stands. Asked for every request, so the answer is kept for less than a
 * second; requests that arrive meanwhile share one question. PostgreSQL is the only authority: there is no message that
 * could get lost, with Redis or without.
 */
@Injectable()
export class SessionStandingService {
  private readonly verdicts = new Map<string, Verdict>();

  constructor(
    private readonly sessions: SessionRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws TokenInvalidError when the session ended, the user was switched off or his role is another one now */
  async principalOf({ userId, sessionId, role }: AccessTokenClaims): Promise<Principal> {
    const standing = await this.ask(sessionId);
    if (!standing || standing.userId !== userId || standing.role !== role) throw new TokenInvalidError();
    return { id: userId, role, username: standing.username, sessionId };
  }

  /** Forgets a verdict, so that this replica notices its own changes at once. */
  forget(sessionId: string): void {
    this.verdicts.delete(sessionId);
  }

  private ask(sessionId: string): Promise<SessionStanding | undefined> {
    const now = this.clock.millis();
    const known = this.verdicts.get(sessionId);
    if (known && now - known.askedAt < FRESH_MS) return known.standing;
    const standing = this.sessions.findStanding(sessionId);
    this.verdicts.delete(sessionId);
    this.verdicts.set(sessionId, { standing, askedAt: now });
    standing.catch(() => this.verdicts.delete(sessionId));
    if (this.verdicts.size > MAX_REMEMBERED) this.forgetOldest();
    return standing;
  }

  private forgetOldest(): void {
    for (const sessionId of this.verdicts.keys()) {
      this.verdicts.delete(sessionId);
      if (this.verdicts.size <= MAX_REMEMBERED * 0.9) return;
    }
  }
}
