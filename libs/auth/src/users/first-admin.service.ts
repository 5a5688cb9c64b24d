import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EnvironmentConfig, SecurityConfig } from '#config';
import { Database } from '#platform/database';
import { AppLogger } from '#platform/observability';
import { UserRepository } from '../identities/user.repository.js';
import { UserCreationService } from './user-creation.service.js';

/** The account that can make all others. */
export interface FirstAdmin {
  email: string;
  username: string;
  /** Only here, once, in clear. */
  password: string;
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
 * Makes a SUPER_ADMIN when there is no user at all: the configured one, or, in development, one with a generated password
 * that is shown once. Several replicas that start at once make one.
 */
@Injectable()
export class FirstAdminService {
  constructor(
    private readonly users: UserRepository,
    private readonly creation: UserCreationService,
    private readonly database: Database,
    private readonly security: SecurityConfig,
    private readonly environment: EnvironmentConfig,
    private readonly logger: AppLogger,
  ) {}

  /** The account when its password was generated: whoever runs the process shows it, once. */
  async ensure(): Promise<FirstAdmin | undefined> {
    const { bootstrapAdminEmail: email, bootstrapAdminPassword: password } = this.security;
    if (email !== undefined && password !== undefined) {
      await this.createIfNone({ email, username: usernameOf(email), password });
    } else if (!this.environment.isProduction) {
      const named = email === undefined ? DEVELOPMENT_ADMIN : { email, username: usernameOf(email) };
      const admin = { ...named, password: password ?? generatedPassword() };
      if (await this.createIfNone(admin)) return admin;
    } else if (!(await this.database.transaction((tx) => this.users.hasAnyUser(tx)))) {
      this.logger.warn(HOW_TO_MAKE_ONE, 'Auth');
    }
    return undefined;
  }

  /** True when it made the account, false when there is a user already. */
  private async createIfNone(admin: FirstAdmin): Promise<boolean> {
    const created = await this.creation.create(
      { ...admin, role: 'SUPER_ADMIN', emailVerified: true },
      { action: 'user.bootstrapped' },
      async (tx) => {
        await this.users.lockSuperAdmins(tx);
        return !(await this.users.hasAnyUser(tx));
      },
    );
    if (created) this.logger.log(`Made the first administrator, ${admin.username}`, 'Auth');
    return created !== undefined;
  }
}
