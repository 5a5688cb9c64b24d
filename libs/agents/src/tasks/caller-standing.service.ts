import { Injectable } from '@nestjs/common';
import { includesRole, RecentMap, TokenInvalidException } from '#platform/kernel';
import { type Principal, UserStanding } from '#platform/security';

/** Callers whose standing this process remembers. */
const MAX_REMEMBERED = 10_000;

/** How long: a change counts within a second, like everything about access. */
const REMEMBER_MS = 750;

/** Whether callers whose requests last long stand as they did when they were let in. */
@Injectable()
export class CallerStandingService {
  private readonly answers = new RecentMap<string, { readonly isSame: Promise<boolean>; readonly until: number }>(
    MAX_REMEMBERED,
  );

  constructor(private readonly users: UserStanding) {}

  /** Whether the caller's key has not ended, and its user may still act as he did. Of a session, only its user is asked about. */
  async isSame({ id, role, credential }: Principal): Promise<boolean> {
    const keyId = credential.kind === 'session' ? null : credential.id;
    const question = JSON.stringify([id, keyId, role]);
    let answer = this.answers.get(question);
    if (!answer || performance.now() >= answer.until) {
      const isSame = this.users.of(id, keyId).then((now) => 'role' in now && includesRole(now.role, role));
      answer = { isSame, until: performance.now() + REMEMBER_MS };
      this.answers.set(question, answer);
    }
    return answer.isSame;
  }

  /** @throws TokenInvalidException unless `isSame` */
  async assertSame(principal: Principal): Promise<void> {
    if (!(await this.isSame(principal))) throw new TokenInvalidException();
  }
}
