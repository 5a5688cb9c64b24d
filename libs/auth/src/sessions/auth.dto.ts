import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { Clearable, IsOneLine } from '#platform/http';
import { USERNAME } from '../identities/user.js';
import { EMAIL_MAX_LENGTH, IsAddress, Trimmed } from '../identities/identifier.decorator.js';
import { UserDto } from '../identities/user.dto.js';

/** Characters of a password that are looked at at all; the policy's own limit is lower. */
export const PASSWORD_INPUT_LIMIT = 1024;

/** An account, without what is chosen by whom. */
export class AccountDto {
  @IsAddress()
  email!: string;

  /**
   * 3 to 50 letters, digits, dots, dashes and underscores.
   * @example ada
   */
  @Trimmed()
  @IsString()
  @Matches(USERNAME, { message: 'username must be 3 to 50 letters, digits, dots, dashes or underscores' })
  username!: string;

  /** @example Ada Lovelace */
  @IsOptional()
  @IsOneLine()
  @MaxLength(200)
  fullName?: string;
}

/** A stranger who wants an account. There is no role: new accounts are READ_ONLY. */
export class RegisterDto extends AccountDto {
  /** @example "three purple otters juggling" */
  @IsString()
  @MaxLength(PASSWORD_INPUT_LIMIT)
  password!: string;
}

/** How a device is recognised, and a browser's session kept. */
export class DeviceDto {
  /** What an earlier login from this device returned; failed attempts of strangers then cannot lock it out. */
  @IsOptional()
  @IsString()
  @MaxLength(512)
  deviceToken?: string;

  /** In cookie mode: keep the session when the browser is closed. */
  @IsOptional()
  @IsBoolean()
  remember?: boolean;
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

/** What one may change of oneself. */
export class UpdateProfileDto {
  /**
   * Takes a proof of the last ten minutes. It waits as `pendingEmail` until it was confirmed by links that are mailed to the new address and
   * to the present one; the present address takes it back.
   */
  @IsOptional()
  @IsAddress({ required: false })
  email?: string;

  /** @example Ada Lovelace */
  @Clearable()
  @IsOneLine()
  @MaxLength(200)
  fullName?: string | null;
}

/** Tokens (RFC 6749 §5.1, in camelCase). */
export class TokenPairDto {
  /** Send it as `Authorization: Bearer …`. */
  accessToken!: string;
  /** Exchange it at `/auth/refresh`, once. Not in cookie mode. */
  @ApiPropertyOptional()
  refreshToken?: string;
  /** @example Bearer */
  tokenType!: string;
  /**
   * Life of the access token, in seconds.
   * @example 1800
   */
  expiresIn!: number;
}

/** Tokens, and whose they are. */
export class LoginResultDto extends TokenPairDto {
  user!: UserDto;
  /** Send it with the next login from this device. Not in cookie mode. */
  @ApiPropertyOptional()
  deviceToken?: string;
}

/** The password was right; a code is asked for. */
export class MfaRequiredDto {
  /** @example true */
  mfaRequired!: boolean;
  /** Send it to `/auth/mfa/verify` with a code, within five minutes. */
  mfaToken!: string;
}
