import { Injectable } from '@nestjs/common';
import { isEmail } from 'class-validator';
import { PLAIN_ADDRESS } from '../identities/identity-key.js';
import { USERNAME } from '../identities/user.js';
import { Database, type Transaction } from '#platform/database';
import { type KeyedRequest, KeyedRequests } from '#platform/idempotency';
import { Clock, Ids, type Role, ValidationException } from '#platform/kernel';
import type { AuditEntry } from '#platform/security';
import { UserNotFoundException } from '../identities/auth.exceptions.js';
import type { User } from '../identities/user.js';
import { UserRepository } from '../identities/user.repository.js';
import { AuditService } from '../audit/audit.service.js';
import { MailedLinkService } from '../tokens/mailed-link.service.js';
import { PasswordService } from '../passwords/password.service.js';

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
   * @throws ValidationException, PasswordRefusedException
   */
  private async accept({ email, username, fullName, password }: NewAccount): Promise<string | null> {
    const errors = accountFaults(email.trim(), username.trim());
    if (errors.length > 0) throw new ValidationException('The account is not acceptable', { details: { errors } });
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

/** What is wrong with the names of an account, whoever makes it: `path` is the field. */
export function accountFaults(email: unknown, username: unknown): { path: string; message: string; code: string }[] {
  const faults = [];
  if (typeof email !== 'string' || email.length > 254 || !isEmail(email) || !PLAIN_ADDRESS.test(email))
    faults.push({ path: 'email', message: 'must be an address', code: 'isEmail' });
  if (typeof username !== 'string' || !USERNAME.test(username)) {
    const message = 'must be 3 to 50 letters, digits, dots, dashes or underscores';
    faults.push({ path: 'username', message, code: 'matches' });
  }
  return faults;
}
