import { IsBoolean, IsEmail, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { USERNAME } from '../../domain/user.js';
import { UserDto } from './user.dto.js';

/** Characters of a password that are looked at at all; the policy's own limit is lower. */
const PASSWORD_INPUT_LIMIT = 1024;

/** A stranger who wants an account. There is no role: new accounts are READ_ONLY. */
export class RegisterDto {
  /** @example ada@example.com */
  @IsEmail()
  @MaxLength(254)
  email!: string;

  /**
   * 3 to 50 letters, digits, dots, dashes and underscores.
   * @example ada
   */
  @IsString()
  @Matches(USERNAME, { message: 'username must be 3 to 50 letters, digits, dots, dashes or underscores' })
  username!: string;

  /** @example three purple otters juggling */
  @IsString()
  @MaxLength(PASSWORD_INPUT_LIMIT)
  password!: string;

  /** @example Ada Lovelace */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  fullName?: string;
}

/** Credentials. */
export class LoginDto {
  /**
   * E-mail address or user name.
   * @example admin
   */
  @IsString()
  @MinLength(1)
  @MaxLength(254)
  identifier!: string;

  /** @example three purple otters juggling */
  @IsString()
  @MinLength(1)
  @MaxLength(PASSWORD_INPUT_LIMIT)
  password!: string;
}

/** What continues a session. */
export class RefreshDto {
  /** The refresh token of the last answer; each is good for one use. */
  @IsString()
  @MaxLength(512)
  refreshToken!: string;
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
  /** @example Ada Lovelace */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  fullName?: string;
}

/** Tokens (RFC 6749 §5.1, in camelCase). */
export class TokenPairDto {
  /** Send it as `Authorization: Bearer …`. */
  accessToken!: string;
  /** Exchange it at `/auth/refresh`, once. */
  refreshToken!: string;
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
}
