import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { Clearable, IsOneLine, PageQueryDto } from '#platform/http';
import { type Role, ROLES } from '#platform/kernel';
import { AccountDto, PASSWORD_INPUT_LIMIT } from '../identities/account.dto.js';
import { Trimmed } from '../identities/identifier.decorator.js';

/** Which accounts. */
export class UserQueryDto extends PageQueryDto {
  /**
   * In e-mail address, user name or full name, in any case; one or two characters are what one of them, or a word of the name, begins with.
   * @example lovel
   */
  @IsOptional()
  @Trimmed()
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  text?: string;

  @ApiPropertyOptional({ enum: ROLES, example: 'DEVELOPER' })
  @IsOptional()
  @IsIn(ROLES)
  role?: Role;

  @ApiPropertyOptional({
    enum: ['true', 'false'],
    description: 'Only accounts that are on, or only those switched off.',
  })
  @IsOptional()
  @IsIn(['true', 'false'])
  isActive?: 'true' | 'false';
}

/** An account made by an administrator. */
export class CreateUserDto extends AccountDto {
  /**
   * Left out: the owner chooses one by a link that is mailed to him.
   * @example three purple otters juggling
   */
  @IsOptional()
  @IsString()
  @MaxLength(PASSWORD_INPUT_LIMIT)
  password?: string;

  @ApiProperty({ enum: ROLES, example: 'DEVELOPER' })
  @IsIn(ROLES)
  role!: Role;
}

/** What an administrator may change. */
export class ChangeUserDto {
  @ApiPropertyOptional({ enum: ROLES, example: 'API_USER' })
  @IsOptional()
  @IsIn(ROLES)
  role?: Role;

  /** False switches the account off and ends its sessions. */
  @IsOptional()
  @IsBoolean()
  isActive?: boolean;

  /** @example Ada Lovelace */
  @Clearable()
  @IsOneLine()
  @MaxLength(200)
  fullName?: string | null;
}

/** What else ends with a user's sessions. */
export class RevokeSessionsDto {
  /** Whether the user's API keys end too; they do when left out. */
  @IsOptional()
  @IsBoolean()
  keys?: boolean;
}
