import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { IsInstant } from '#platform/http';
import { type Role, ROLES } from '#platform/kernel';
import type { ApiKey } from '../../application/api-key.service.js';

/** An address or a network: `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`. */
const ADDRESS_OR_NETWORK =
  /^((\d{1,3}\.){3}\d{1,3}(\/(3[0-2]|[12]?\d))?|(?=[0-9a-fA-F:]*:)[0-9a-fA-F:]{2,39}(\/(12[0-8]|1[01]\d|\d{1,2}))?)$/;

/** A key to make. */
export class CreateApiKeyDto {
  /** @example nightly import */
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  name!: string;

  /** No higher than the owner's; the owner's when left out. */
  @ApiPropertyOptional({ enum: ROLES, example: 'API_USER' })
  @IsOptional()
  @IsIn(ROLES)
  role?: Role;

  /** @example 2027-11-24T12:00:00.000Z */
  @IsOptional()
  @IsInstant({ required: false })
  expiresAt?: string;

  /**
   * Addresses and networks the key may be used from; anywhere when empty.
   * @example ["203.0.113.0/24"]
   */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @Matches(ADDRESS_OR_NETWORK, { each: true, message: 'each value in ipAllowlist must be an address or a network' })
  ipAllowlist?: string[];

  /**
   * Slugs of the agents whose tasks a worker with this key may lease; all that its role may execute when empty.
   * @example ["financial"]
   */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @Matches(/^[a-z0-9][a-z0-9-]{0,49}$/, { each: true, message: 'each value in agents must be the slug of an agent' })
  agents?: string[];
}

/** A key, without its secret. */
export class ApiKeyDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  /** @example nightly import */
  name!: string;
  @ApiProperty({ enum: ROLES, example: 'API_USER' })
  role!: Role;
  ipAllowlist!: string[];
  agents!: string[];
  /** @example 2026-11-24T12:00:00.000Z */
  createdAt!: string;
  @ApiProperty({ type: String, nullable: true })
  expiresAt!: string | null;
  @ApiProperty({ type: String, nullable: true })
  lastUsedAt!: string | null;
}

/** A new key; its text is shown this once. */
export class NewApiKeyDto extends ApiKeyDto {
  /** Send it as `X-API-Key`. */
  key!: string;
}

/** A caller's keys. */
export class ApiKeyListDto {
  items!: ApiKeyDto[];
}

export function toApiKeyDto(apiKey: ApiKey): ApiKeyDto {
  const { id, name, role, ipAllowlist, agents, createdAt, expiresAt, lastUsedAt } = apiKey;
  return {
    id,
    name,
    role,
    ipAllowlist,
    agents,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
