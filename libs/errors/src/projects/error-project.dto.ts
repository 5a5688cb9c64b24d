import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import type { ItemCount, Project } from './project-registry.service.js';

/** A service that will report through a DSN. */
export class CreateErrorProjectDto {
  /**
   * Becomes the service of its occurrences.
   * @example shop
   */
  @IsString()
  @Matches(/^[\w.-]{1,100}$/, { message: 'name must be 1 to 100 letters, digits, dots, dashes and underscores' })
  name!: string;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    example: 600,
    description: 'Events a minute; none when absent.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  rateLimitPerMinute?: number | null;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    example: 30,
    description: 'Days that single occurrences are kept; `ERRORS_RETENTION_DAYS` when absent.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(3650)
  retentionDays?: number | null;
}

/** A project and how to report to it. */
export class ErrorProjectDto {
  /** @example 1 */
  id!: number;
  /** @example shop */
  name!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Goes into the SDK; of the oldest key.',
    example: 'https://0f6a2c1e9b7d4c550f6a2c1e9b7d4c55@ops.example.com/1',
  })
  dsn!: string | null;
  /** @example ["0f6a2c1e9b7d4c550f6a2c1e9b7d4c55"] */
  keys!: string[];
  @ApiProperty({ type: Number, nullable: true, example: 600 })
  rateLimitPerMinute!: number | null;
  @ApiProperty({ type: Number, nullable: true, example: null })
  retentionDays!: number | null;
  /** @example 2026-11-24T10:15:30.000Z */
  createdAt!: string;
}

/** What a sender dropped by its own account. */
export class SenderLossDto {
  /** @example error */
  category!: string;
  /** @example queue_overflow */
  reason!: string;
  /** @example 136 */
  quantity!: number;
}

/** A project with what came from it. */
export class ErrorProjectDetailDto extends ErrorProjectDto {
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'Items of its envelopes by type.',
    example: { event: 120, session: 4 },
  })
  items!: Record<string, number>;
  @ApiProperty({ type: [SenderLossDto] })
  senderLosses!: SenderLossDto[];
}

/** A page of projects. */
export class ErrorProjectPageDto {
  @ApiProperty({ type: [ErrorProjectDto] })
  items!: ErrorProjectDto[];
  @ApiProperty({ type: String, nullable: true, example: null })
  nextCursor!: string | null;
}

/** A key and the DSN that is made of it. */
export class ErrorProjectKeyDto {
  /** @example 0f6a2c1e9b7d4c550f6a2c1e9b7d4c55 */
  key!: string;
  /** @example https://0f6a2c1e9b7d4c550f6a2c1e9b7d4c55@ops.example.com/1 */
  dsn!: string;
}

/** The keys of a project. */
export class ErrorProjectKeysDto {
  @ApiProperty({ type: [ErrorProjectKeyDto] })
  items!: ErrorProjectKeyDto[];
}

/** @param origin address of this service, as the caller sees it */
export function toErrorProjectDto(project: Project, origin: string): ErrorProjectDto {
  const { id, name, keys, rateLimitPerMinute, retentionDays, createdAt } = project;
  const [key] = keys;
  const dsn = key === undefined ? null : dsnOf(origin, id, key);
  return { id, name, dsn, keys, rateLimitPerMinute, retentionDays, createdAt: createdAt.toISOString() };
}

export function toErrorProjectDetailDto(
  project: Project,
  origin: string,
  counts: readonly ItemCount[],
): ErrorProjectDetailDto {
  const lost = counts.filter(({ kind }) => kind === 'lost');
  const seen = counts.filter(({ kind }) => kind === 'item');
  return {
    ...toErrorProjectDto(project, origin),
    items: Object.fromEntries(seen.map(({ category, quantity }) => [category, quantity])),
    senderLosses: lost.map(({ category, reason, quantity }) => ({ category, reason, quantity })),
  };
}

/** The data source name of the Sentry protocol. */
export function dsnOf(origin: string, projectId: number, key: string): string {
  return `${origin.replace('://', `://${key}@`)}/${projectId}`;
}
