import { IsBoolean, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { AccountDto, PASSWORD_INPUT_LIMIT } from '../identities/account.dto.js';
import { EMAIL_MAX_LENGTH, Trimmed } from '../identities/identifier.decorator.js';
import { DeviceDto } from '../sessions/token-pair.dto.js';

/** A stranger who wants an account. There is no role: new accounts are READ_ONLY. */
export class RegisterDto extends AccountDto {
  /** @example "three purple otters juggling" */
  @IsString()
  @MaxLength(PASSWORD_INPUT_LIMIT)
  password!: string;
}

/** Credentials. */
export class LoginDto extends DeviceDto {
  /**
   * E-mail address or user name, in any case; blanks around it do not count.
   * @example admin
   */
  @Trimmed()
  @IsString()
  @MinLength(1)
  @MaxLength(EMAIL_MAX_LENGTH)
  identifier!: string;

  /** @example "three purple otters juggling" */
  @IsString()
  @MinLength(1)
  @MaxLength(PASSWORD_INPUT_LIMIT)
  password!: string;
}

/** The second step of a login. */
export class VerifyMfaDto extends DeviceDto {
  /** What the first step returned. */
  @IsString()
  @MaxLength(2048)
  mfaToken!: string;

  /**
   * Six digits of the authenticator, or a recovery code.
   * @example "123456"
   */
  @IsString()
  @MinLength(6)
  @MaxLength(32)
  code!: string;
}

/** What continues a session. */
export class RefreshDto {
  /** The refresh token of the last answer; each is good for one use. In cookie mode it comes in the cookie. */
  @IsOptional()
  @IsString()
  @MaxLength(512)
  refreshToken?: string;
}

/** Which sessions to end. */
export class LogoutDto {
  /** Every session of the user instead of this one. */
  @IsOptional()
  @IsBoolean()
  everywhere?: boolean;
}

/** The password was right; a code is asked for. */
export class MfaRequiredDto {
  /** @example true */
  mfaRequired!: boolean;
  /** Send it to `/auth/mfa/verify` with a code, within five minutes. */
  mfaToken!: string;
}
