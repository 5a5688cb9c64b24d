import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { IsOneLine } from '#platform/http';
import { IsAddress, Trimmed } from './identifier.decorator.js';
import { USERNAME } from './user.js';

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
