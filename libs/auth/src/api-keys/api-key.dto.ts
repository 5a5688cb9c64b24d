import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsOptional, Matches, MaxLength, ValidateBy } from 'class-validator';
import { Clearable, IsInstant, IsOneLine } from '#platform/http';
import { type Role, ROLES } from '#platform/kernel';
import type { ApiKey } from './api-key.service.js';
import { isAddressOrNetwork } from './ip-allowlist.js';

/** A key to make. */
export class CreateApiKeyDto {
  /** @example nightly import */
  @IsOneLine()
  @MaxLength(100)
  name!: string;

  /** No higher than the maker's; the maker's when left out. */
  @ApiPropertyOptional({ enum: ROLES, example: 'API_USER' })
  @IsOptional()
  @IsIn(ROLES)
  role?: Role;

  /** In the future, a date meaning the end of its day in UTC, and no later than the maker's end; the maker's when left out or null. */
  @Clearable()
  @IsInstant({ required: false, example: '2099-12-31T00:00:00.000Z' })
  expiresAt?: string | null;

  /**
   * Addresses and networks the key may be used from; the maker's when empty.
   * @example ["203.0.113.0/24"]
   */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateBy(
    {
      name: 'isAddressOrNetwork',
      validator: { validate: (value) => typeof value === 'string' && isAddressOrNetwork(value) },
    },
    { each: true, message: 'each value in ipAllowlist must be an address or a network' },
  )
  ipAllowlist?: string[];

  /**
   * Slugs of the agents whose tasks a worker with this key may lease; the maker's when empty.
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
  /** The key that made it, with which it ends; null when a person did. */
  @ApiProperty({ type: String, nullable: true })
  parentId!: string | null;
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
  const { id, parentId, name, role, ipAllowlist, agents, createdAt, expiresAt, lastUsedAt } = apiKey;
  return {
    id,
    parentId,
    name,
    role,
    ipAllowlist,
    agents,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}

export function toNewApiKeyDto(apiKey: ApiKey, key: string): NewApiKeyDto {
  return { ...toApiKeyDto(apiKey), key };
}
