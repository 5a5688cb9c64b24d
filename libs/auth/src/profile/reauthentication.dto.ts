import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, MaxLength, MinLength, ValidateIf } from 'class-validator';
import { PASSWORD_INPUT_LIMIT } from '../identities/account.dto.js';

/** A proof of who one is: the password, or a code of the authenticator. */
export class ReauthenticateDto {
  /** @example "three purple otters juggling" */
  @ApiPropertyOptional()
  @ValidateIf((proof: ReauthenticateDto) => proof.code === undefined)
  @IsString()
  @MinLength(1)
  @MaxLength(PASSWORD_INPUT_LIMIT)
  password?: string;

  /** A code of the authenticator, or a recovery code; instead of the password. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(64)
  code?: string;

  /** What an earlier login from this device returned. */
  @IsOptional()
  @IsString()
  @MaxLength(512)
  deviceToken?: string;
}

/** How long the proof is enough. */
export class ProofDto {
  /** @example 2026-11-24T12:10:00.000Z */
  provenUntil!: string;
}

/** An address to confirm, or a change of address to refuse, by a link that was mailed there. */
export class VerifyEmailDto {
  /** The token of the mail; good for one use. */
  @IsString()
  @MinLength(1)
  @MaxLength(128)
  token!: string;

  /** Of a change of address: say that it is not wanted, and it is over. */
  @IsOptional()
  @IsBoolean()
  refuse?: boolean;
}
