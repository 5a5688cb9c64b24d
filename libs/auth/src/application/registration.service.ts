import { Injectable } from '@nestjs/common';
import { EnvironmentConfig, SecurityConfig } from '#config';
import type { KeyedRequest } from '#platform/idempotency';
import { RegistrationClosedException } from '../domain/auth.exceptions.js';
import type { User } from '../domain/user.js';
import { type AccountDetails, UserCreationService } from './user-creation.service.js';

/** Lets strangers make an account for themselves, of the lowest role. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly creation: UserCreationService,
    private readonly security: SecurityConfig,
    private readonly environment: EnvironmentConfig,
  ) {}

  /**
   * @param show what is answered
   * @throws RegistrationClosedException, PasswordRefusedException, IdentityTakenException
   */
  async register<A>(
    request: KeyedRequest,
    details: AccountDetails & { password: string },
    show: (user: User) => A,
  ): Promise<A> {
    const registration = this.security.registration ?? (this.environment.isProduction ? 'closed' : 'open');
    if (registration === 'closed') throw new RegistrationClosedException();
    return this.creation.createOnce(request, { ...details, role: 'READ_ONLY' }, { action: 'user.registered' }, show);
  }
}
