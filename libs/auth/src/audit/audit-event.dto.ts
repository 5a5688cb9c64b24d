import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import { IsInstant, PageQueryDto } from '#platform/http';
import type { AuditEvent } from './audit-read.service.js';

const OUTCOMES = ['success', 'failure'] as const;

/** Which entries of the audit trail. */
export class AuditQueryDto extends PageQueryDto {
  /** Who did it. */
  @IsOptional()
  @IsUUID()
  actorId?: string;

  /** Whose account it was done to. */
  @IsOptional()
  @IsUUID()
  subjectId?: string;

  /** By which session or key. */
  @IsOptional()
  @IsUUID()
  credentialId?: string;

  /** By one request, task or job run. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  correlationId?: string;

  /** @example login.failed */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  action?: string;

  @ApiPropertyOptional({ enum: OUTCOMES })
  @IsOptional()
  @IsIn(OUTCOMES)
  outcome?: 'success' | 'failure';

  /** From this instant on, or from the beginning of this date (UTC). */
  @IsOptional()
  @IsInstant({ required: false })
  since?: string;

  /** Before this instant, or up to the end of this date (UTC). */
  @IsOptional()
  @IsInstant({ required: false })
  until?: string;
}

/** An entry of the audit trail. */
export class AuditEventDto {
  /**
   * Place in the trail, without gaps.
   * @example 4711
   */
  sequence!: number;
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  /** @example 2026-11-24T12:00:00.000Z */
  occurredAt!: string;
  /** @example user.changed */
  action!: string;
  @ApiProperty({ enum: OUTCOMES })
  outcome!: 'success' | 'failure';
  @ApiProperty({ type: String, nullable: true })
  actorId!: string | null;
  /** User name of who did it, as it is; null of nobody, and of a user who was deleted. */
  @ApiProperty({ type: String, nullable: true, example: 'ada' })
  actorName!: string | null;
  @ApiProperty({ type: String, nullable: true })
  subjectId!: string | null;
  /** User name of whose account it was done to. */
  @ApiProperty({ type: String, nullable: true, example: 'grace' })
  subjectName!: string | null;
  /** The session or key by which it was done. */
  @ApiProperty({ type: String, nullable: true })
  credentialId!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '203.0.113.7' })
  ip!: string | null;
  @ApiProperty({ type: String, nullable: true })
  userAgent!: string | null;
  @ApiProperty({ type: String, nullable: true })
  correlationId!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true })
  details!: Readonly<Record<string, unknown>>;
  /** SHA-256 over the hash before it and this entry, in hex. */
  hash!: string;
}

/** A page of the audit trail. */
export class AuditEventPageDto {
  items!: AuditEventDto[];
  /** Cursor of the next page; null on the last. */
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

/** The last entry of the trail. */
export class AuditHeadDto {
  /** @example 4711 */
  sequence!: number;
  /** Keep it elsewhere: it shows later whether the trail was rewritten. */
  hash!: string;
}

/** The first entry that is not what was written. */
export class BrokenLinkDto {
  /** @example 815 */
  sequence!: number;
  @ApiProperty({ type: String, nullable: true })
  id!: string | null;
  /** @example does not match its hash */
  reason!: string;
}

/** What checking the trail found. */
export class AuditVerificationDto {
  valid!: boolean;
  /** Entries checked. */
  checked!: number;
  head!: AuditHeadDto;
  @ApiProperty({ type: BrokenLinkDto, nullable: true })
  firstBroken!: BrokenLinkDto | null;
}

export function toAuditEventDto({ occurredAt, hash, ...event }: AuditEvent): AuditEventDto {
  return { ...event, occurredAt: occurredAt.toISOString(), hash: hash.toString('hex') };
}
