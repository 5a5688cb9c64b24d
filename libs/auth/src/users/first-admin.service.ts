import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EnvironmentConfig, SecurityConfig, ServerConfig } from '#config';
import { Database } from '#platform/database';
import { AppLogger } from '#platform/observability';
import { UserRepository } from '../identities/user.repository.js';
import { PasswordHashingService } from '../passwords/password-hashing.service.js';
import { FirstAdminFile } from './first-admin-file.js';
import { UserCreationService } from './user-creation.service.js';

/** The account that can make all others. */
export interface FirstAdmin {
  email: string;
  username: string;
  /** In clear, when the account was made just now; a generated one is kept besides. */
  password?: string;
  /** File that keeps its generated password, which nobody has changed yet. */
  keptIn?: string;
}

const HOW_TO_MAKE_ONE =
  'There is no administrator: run `devskyy create-admin --email ADDRESS --username NAME`, or set BOOTSTRAP_ADMIN_EMAIL and ' +
  'BOOTSTRAP_ADMIN_PASSWORD';

/** The password is random and long: the policy must accept it, whatever its composition rules are. */
const generatedPassword = (): string => `Aa1-${randomBytes(15).toString('base64url')}`;

const DEVELOPMENT_ADMIN = { email: 'admin@devskyy.local', username: 'admin' };

/** The part before the `@`, as far as it can be a user name. */
const usernameOf = (email: string): string =>
  (email.split('@')[0] ?? 'admin')
    .replace(/[^A-Za-z0-9._-]/g, '')
    .padEnd(3, '0')
    .slice(0, 50);

/**
 * Makes a SUPER_ADMIN when there is no user at all: the configured one, or, outside production, one with a generated password that
 * is kept in `DATA_DIR` until it was changed. Several replicas that start at once make one.
 */
@Injectable()
export class FirstAdminService {
  private readonly file: FirstAdminFile;

  constructor(
    private readonly users: UserRepository,
    private readonly creation: UserCreationService,
    private readonly hasher: PasswordHashingService,
    private readonly database: Database,
    private readonly security: SecurityConfig,
    private readonly environment: EnvironmentConfig,
    private readonly logger: AppLogger,
    server: ServerConfig,
  ) {
    this.file = new FirstAdminFile(server.dataDir);
  }

  /** The account, when whoever runs the process has to be told how to get into it. */
  async ensure(): Promise<FirstAdmin | undefined> {
    const { bootstrapAdminEmail: email, bootstrapAdminPassword: password } = this.security;
    if (email !== undefined && password !== undefined) {
      await this.createIfNone({ email, username: usernameOf(email), password });
    } else if (!this.environment.isProduction) {
      const named = email === undefined ? DEVELOPMENT_ADMIN : { email, username: usernameOf(email) };
      if (password !== undefined) {
        const admin = { ...named, password };
        if (await this.createIfNone(admin)) return admin;
      } else {
        const admin = { ...named, password: generatedPassword() };
        if (await this.createIfNone(admin, () => this.file.keep(admin))) return { ...admin, keptIn: this.file.path };
      }
    } else if (!(await this.database.transaction((tx) => this.users.hasAnyUser(tx)))) {
      this.logger.warn(HOW_TO_MAKE_ONE, 'Auth');
    }
    return this.kept();
  }

  /** The account whose password is kept. The file goes when the password does not open the account any more. */
  private async kept(): Promise<FirstAdmin | undefined> {
    const kept = this.file.read();
    const user = kept && (await this.users.findByIdentifier(kept.username));
    // Of another database, whose account is not here to ask.
    if (!user) return undefined;
    const isRight =
      user.passwordHash !== null && (await this.hasher.verify(kept.password, user.passwordHash)) !== 'wrong';
    if (!isRight) {
      this.file.remove();
      this.logger.log(`Removed ${this.file.path}: the password of ${kept.username} was changed`, 'Auth');
      return undefined;
    }
    if (!this.environment.isProduction) return { email: kept.email, username: kept.username, keptIn: this.file.path };
    this.logger.warn(`${this.file.path} has the password of ${kept.username} in clear: change it`, 'Auth');
    return undefined;
  }

  /**
   * @param prepare is called before the account is there for others, so that no crash comes between the two
   * @returns true when it made the account, false when there is a user already
   */
  private async createIfNone(
    admin: { email: string; username: string; password: string },
    prepare: () => void = () => undefined,
  ): Promise<boolean> {
    const created = await this.creation.create(
      { ...admin, role: 'SUPER_ADMIN', emailVerified: true },
      { action: 'user.bootstrapped' },
      async (tx) => {
        await this.users.lockSuperAdmins(tx);
        if (await this.users.hasAnyUser(tx)) return false;
        prepare();
        return true;
      },
    );
    if (created) this.logger.log(`Made the first administrator, ${admin.username}`, 'Auth');
    return created !== undefined;
  }
}
