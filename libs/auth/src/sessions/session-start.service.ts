import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { Clock } from '#platform/kernel';
import type { User } from '../identities/user.js';
import { UserRepository, type UserWithSecret } from '../identities/user.repository.js';
import { AuditService } from '../audit/audit.service.js';
import { KnownDeviceService } from '../attempts/known-device.service.js';
import { type OpenSession, SessionService } from './session.service.js';
import { type TokenPair, TokenPairService } from './token-pair.service.js';

/** How somebody logs in. */
export interface Caller {
  /** What an earlier login from this device returned. */
  deviceToken?: string | undefined;
  /** Whether a browser should keep the session when it is closed. */
  remember?: boolean | undefined;
}

/** What a login ends with. */
export interface StartedSession {
  tokens: TokenPair;
  user: User;
  deviceToken: string;
}

/** Opens the session of a user who has proven who he is. */
@Injectable()
export class SessionStartService {
  constructor(
    private readonly sessions: SessionService,
    private readonly pairs: TokenPairService,
    private readonly users: UserRepository,
    private readonly devices: KnownDeviceService,
    private readonly audit: AuditService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @param also what else is written with the session, in its transaction */
  async start(user: UserWithSecret, caller: Caller, also: (tx: Transaction) => Promise<void>): Promise<StartedSession> {
    const session = await this.database.transaction(async (tx) => {
      const [opened] = await Promise.all([this.open(tx, user, caller), also(tx)]);
      await this.recordLogin(tx, user);
      return opened;
    });
    return this.started(session, user, caller);
  }

  /** @param before what happens first in the transaction that opens the session */
  async startAfter(
    before: (tx: Transaction) => Promise<void>,
    user: UserWithSecret,
    caller: Caller,
  ): Promise<StartedSession> {
    const session = await this.database.transaction(async (tx) => {
      await before(tx);
      const opened = await this.open(tx, user, caller);
      await this.recordLogin(tx, user);
      return opened;
    });
    return this.started(session, user, caller);
  }

  private async open(tx: Transaction, user: UserWithSecret, { remember = false }: Caller): Promise<OpenSession> {
    const [opened] = await Promise.all([
      this.sessions.open(tx, { userId: user.id, role: user.role, isRemembered: remember }),
      this.users.recordLogin(tx, user.id, this.clock.now()),
    ]);
    return opened;
  }

  /** Last: the audit trail is locked from its insert on. */
  private recordLogin(tx: Transaction, user: UserWithSecret): Promise<void> {
    return this.audit.record(tx, { action: 'login.succeeded', actorId: user.id, subjectId: user.id });
  }

  private async started(session: OpenSession, user: UserWithSecret, { deviceToken }: Caller): Promise<StartedSession> {
    return { tokens: await this.pairs.of(session), user, deviceToken: this.devices.tokenFor(user, deviceToken) };
  }
}
