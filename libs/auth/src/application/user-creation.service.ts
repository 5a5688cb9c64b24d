import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { type KeyedRequest, KeyedRequests } from '#platform/idempotency';
import { Clock, Ids, type Role, ValidationError } from '#platform/kernel';
import type { AuditEntry } from '#platform/security';
import { UserNotFoundException } from '../domain/auth.exceptions.js';
import type { User } from '../domain/user.js';
import { UserRepository } from '../infrastructure/user.repository.js';
import { accountFaults } from './account-faults.js';
import { AuditService } from './audit.service.js';
import { MailedLinkService } from './mailed-link.service.js';
import { PasswordService } from './password.service.js';

export interface AccountDetails {
  email: string;
  username: string;
  fullName?: string | undefined;
}

export interface NewAccount extends AccountDetails {
  role: Role;
  /** None: the owner is invited by mail to choose one. */
  password?: string | undefined;
  /** Whether an operator vouches for the address; it is asked to confirm itself otherwise. */
  emailVerified?: boolean;
}

/** Makes accounts; whether the caller may is decided before. */
@Injectable()
export class UserCreationService {
  constructor(
    private readonly users: UserRepository,
    private readonly passwords: PasswordService,
    private readonly links: MailedLinkService,
    private readonly audit: AuditService,
    private readonly requests: KeyedRequests,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * @param proceed asked inside the transaction, before anything is written; `false` makes no account
   * @throws PasswordRefusedException, IdentityTakenException
   */
  async create(account: NewAccount, entry: Omit<AuditEntry, 'subjectId'>): Promise<User>;
  async create(
    account: NewAccount,
    entry: Omit<AuditEntry, 'subjectId'>,
    proceed: (tx: Transaction) => Promise<boolean>,
  ): Promise<User | undefined>;
  async create(
    account: NewAccount,
    entry: Omit<AuditEntry, 'subjectId'>,
    proceed: (tx: Transaction) => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<User | undefined> {
    const passwordHash = await this.accept(account);
    const user = await this.database.transaction(async (tx) =>
      (await proceed(tx)) ? this.insert(tx, account, passwordHash, entry) : undefined,
    );
    if (user) this.links.deliverSoon();
    return user;
  }

  /**
   * Makes an account once for the request's idempotency key.
   *
   * @param show what is answered
   * @throws PasswordRefusedException, IdentityTakenException
   * @throws UserNotFoundException when the account was deleted since
   */
  async createOnce<A>(
    request: KeyedRequest,
    account: NewAccount,
    entry: Omit<AuditEntry, 'subjectId'>,
    show: (user: User) => A,
  ): Promise<A> {
    const passwordHash = await this.accept(account);
    // Only the id is kept: nothing of a person shall outlive his deletion.
    const id = await this.requests.once(
      request,
      async (tx) => (await this.insert(tx, account, passwordHash, entry)).id,
    );
    this.links.deliverSoon();
    const user = await this.users.findById(id);
    if (!user) throw new UserNotFoundException();
    return show(user);
  }

  /**
   * The hash of an account's password, if it has one. Names are checked here too, as operators make accounts without a request.
   *
   * @throws ValidationError, PasswordRefusedException
   */
  private async accept({ email, username, fullName, password }: NewAccount): Promise<string | null> {
    const errors = accountFaults(email.trim(), username.trim());
    if (errors.length > 0) throw new ValidationError('The account is not acceptable', { details: { errors } });
    return password === undefined ? null : this.passwords.accept(password, [email, username, fullName]);
  }

  private async insert(
    tx: Transaction,
    { email, username, fullName, role, emailVerified = false }: NewAccount,
    passwordHash: string | null,
    entry: Omit<AuditEntry, 'subjectId'>,
  ): Promise<User> {
    const id = this.ids.next();
    const created = await this.users.insert(tx, {
      id,
      email,
      username,
      emailVerified,
      fullName: fullName ?? null,
      role,
      passwordHash,
      createdAt: this.clock.now(),
    });
    if (passwordHash === null) await this.links.mail(tx, created, 'invitation');
    else if (!emailVerified) await this.links.mail(tx, created, 'email_verification');
    await this.audit.record(tx, { ...entry, actorId: entry.actorId ?? id, subjectId: id, details: { role } });
    return created;
  }
}
