import { OmitType } from '@nestjs/swagger';
import { IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { DeviceDto } from '../sessions/token-pair.dto.js';
import { PASSWORD_INPUT_LIMIT } from '../identities/account.dto.js';

/** A secret for an authenticator app. */
export class TotpProposalDto {
  /**
   * Show it as a QR code.
   * @example otpauth://totp/DevSkyy:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=DevSkyy&algorithm=SHA1&digits=6&period=30
   */
  otpauthUri!: string;
  /**
   * The same secret for typing, in base32.
   * @example GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
   */
  secret!: string;
}

/** Proof that the app has the secret. */
export class ConfirmTotpDto {
  /** @example "123456" */
  @IsString()
  @Matches(/^\d{6}$/, { message: 'code must be six digits' })
  code!: string;
}

/** Codes for the day the app is lost; each is good for one login. */
export class RecoveryCodesDto {
  /** @example ["4k7qd-x2m9p-tz83c"] */
  recoveryCodes!: string[];
}

/** Proof that the account is one's own. */
export class RemoveTotpDto extends OmitType(DeviceDto, ['remember']) {
  @IsString()
  @MinLength(1)
  @MaxLength(PASSWORD_INPUT_LIMIT)
  password!: string;
}
