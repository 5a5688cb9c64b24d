import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Clock } from '#platform/kernel';
import { DerivedKeys } from '#platform/security';
import { LoginFailedException } from '../identities/auth.exceptions.js';
import { UserRepository, type UserWithSecret } from '../identities/user.repository.js';

/** Between password and code. Nothing but the second step takes such a token. */
const TOKEN_TYPE = 'mfa+jwt';
const LIFETIME_SECONDS = 300;

/** Tokens that say: this user has proven his password. Good for five minutes, and until the password changes. */
@Injectable()
export class MfaTokenService {
  constructor(
    private readonly users: UserRepository,
    private readonly keys: DerivedKeys,
    private readonly jwt: JwtService,
    private readonly clock: Clock,
  ) {}

  issue({ id, passwordChangedAt }: UserWithSecret): Promise<string> {
    const iat = Math.floor(this.clock.millis() / 1000);
    const claims = { sub: id, pwd: passwordChangedAt?.getTime() ?? 0, iat, exp: iat + LIFETIME_SECONDS };
    return this.jwt.signAsync(claims, {
      secret: this.key,
      algorithm: 'HS256',
      header: { alg: 'HS256', typ: TOKEN_TYPE },
    });
  }

  /** @throws LoginFailedException */
  async userOf(token: string): Promise<UserWithSecret> {
    const { sub, pwd } = await this.verify(token);
    const user = typeof sub === 'string' ? await this.users.findWithSecret(sub) : undefined;
    const isCurrent = user?.isActive === true && user.mfaEnabled && (user.passwordChangedAt?.getTime() ?? 0) === pwd;
    if (!isCurrent) throw new LoginFailedException('code');
    return user;
  }

  private async verify(token: string): Promise<Record<string, unknown>> {
    type Complete = { header: { typ?: string; crit?: unknown }; payload: Record<string, unknown> };
    try {
      const options = { secret: this.key, algorithms: ['HS256' as const], complete: true as const };
      const { header, payload } = (await this.jwt.verifyAsync(token, options)) as unknown as Complete;
      if (header.typ === TOKEN_TYPE && header.crit === undefined && typeof payload['exp'] === 'number') return payload;
    } catch {
      // The reason is of use to an attacker only.
    }
    throw new LoginFailedException('code');
  }

  private get key(): Buffer {
    return this.keys.get('mfa-token') as unknown as Buffer;
  }
}
