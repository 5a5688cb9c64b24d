import { IsOptional, MaxLength } from 'class-validator';
import { Clearable, IsOneLine } from '#platform/http';
import { IsAddress } from '../identities/identifier.decorator.js';

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
