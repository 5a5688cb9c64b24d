import { IsBoolean, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { DeviceDto } from '../sessions/token-pair.dto.js';
import { PASSWORD_INPUT_LIMIT } from '../identities/account.dto.js';
import { IsAddress } from '../identities/identifier.decorator.js';

/** A new password for oneself. */
export class ChangePasswordDto extends DeviceDto {
  @IsString()
  @MinLength(1)
  @MaxLength(PASSWORD_INPUT_LIMIT)
  currentPassword!: string;

  /** @example "three purple otters juggling" */
  @IsString()
  @MaxLength(PASSWORD_INPUT_LIMIT)
  newPassword!: string;

  /** Whether the account's API keys end too, as its sessions do. */
  @IsOptional()
  @IsBoolean()
  keys?: boolean;
}

/** Whose password was forgotten. */
export class ForgotPasswordDto {
  @IsAddress()
  email!: string;
}

/** A new password, by a link that was mailed. */
export class ResetPasswordDto {
  /** The token of the mail; good for one use. */
  @IsString()
  @MaxLength(128)
  token!: string;

  /** @example "three purple otters juggling" */
  @IsString()
  @MaxLength(PASSWORD_INPUT_LIMIT)
  newPassword!: string;

  /** Whether the account's API keys end too, as its sessions do. */
  @IsOptional()
  @IsBoolean()
  keys?: boolean;
}
