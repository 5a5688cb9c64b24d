import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, MaxLength } from 'class-validator';
import { UserDto } from '../identities/user.dto.js';

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
