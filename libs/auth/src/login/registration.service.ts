import { Injectable } from '@nestjs/common';
import { EnvironmentConfig, SecurityConfig } from '#config';
import type { KeyedRequest } from '#platform/idempotency';
import { ClosedDoors } from '#platform/security';
import { RegistrationClosedException } from '../identities/auth.exceptions.js';
import type { User } from '../identities/user.js';
import { type AccountDetails, UserCreationService } from '../users/user-creation.service.js';

/** The door of strangers who want an account. */
export const REGISTRATION = 'registration';

/** Lets strangers make an account for themselves, of the lowest role; whether there is a way in at all is configured. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly creation: UserCreationService,
    security: SecurityConfig,
    environment: EnvironmentConfig,
    doors: ClosedDoors,
  ) {
    const registration = security.registration ?? (environment.isProduction ? 'closed' : 'open');
    if (registration === 'closed') doors.close(REGISTRATION, () => new RegistrationClosedException());
  }

  /**
   * @param request is the same one whatever its password
   * @param show what is answered
   * @throws PasswordRefusedException, IdentityTakenException
   */
  register<A>(
    request: KeyedRequest,
    details: AccountDetails & { password: string },
    show: (user: User) => A,
  ): Promise<A> {
    // A stranger who knows the key could try passwords by whether they are those of the first request.
    const fields = { ...request.fields, password: null };
    const asked = { ...request, fields };
    return this.creation.createOnce(asked, { ...details, role: 'READ_ONLY' }, { action: 'user.registered' }, show);
  }
}
