import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import { PageQueryDto } from '#platform/http';
import type { Import, ImportPreview, LineVerdict } from './import.service.js';
import { ItemErrorDto, toItemErrorDto } from '../transactions/batch.dto.js';

/** What became of a line. */
export class LineVerdictDto {
  /**
   * From 1.
   * @example 17
   */
  line!: number;
  @ApiProperty({ enum: ['posted', 'rejected', 'replayed'], example: 'posted' })
  status!: 'posted' | 'rejected' | 'replayed';
  transactionId?: string;
  error?: ItemErrorDto;
}

/** How far an import has come. */
export class ImportDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  /**
   * The key it was sent under.
   * @example orders-2026-11
   */
  key!: string;
  /** An open one goes on when the same stream is sent again under its key. */
  @ApiProperty({ enum: ['open', 'completed'], example: 'completed' })
  status!: 'open' | 'completed';
  /**
   * Lines that have their verdict; blank ones have none.
   * @example 1000000
   */
  lines!: number;
  /** @example 999990 */
  posted!: number;
  /** @example 10 */
  rejected!: number;
  /**
   * Lines whose own key was used before.
   * @example 0
   */
  replayed!: number;
  /** @example 2026-11-24T12:00:00.000Z */
  createdAt!: string;
  /** @example 2026-11-24T12:01:00.000Z */
  updatedAt!: string;
  @ApiProperty({ type: String, nullable: true, example: '2026-11-24T12:01:00.000Z' })
  completedAt!: string | null;
  /** Of a dry run: the first hundred lines that would be rejected. */
  rejections?: LineVerdictDto[];
}

/** A page of imports. */
export class ImportPageDto {
  items!: ImportDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

/** Which imports. */
export class ImportQueryDto extends PageQueryDto {
  /** The key it was sent under. */
  @IsOptional()
  @Matches(/^[\x21-\x7e]{1,255}$/, { message: 'key must be 1 to 255 visible ASCII characters' })
  key?: string;
}

/** A page of lines. */
export class LineVerdictPageDto {
  items!: LineVerdictDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

/** Which lines. */
export class LineQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: ['rejected'], description: 'Only these.' })
  @IsOptional()
  @IsIn(['rejected'])
  status?: 'rejected';
}

export function toImportDto(found: Import): ImportDto {
  const { id, key, posted, rejected, replayed, createdAt, updatedAt, completedAt } = found;
  return {
    id,
    key,
    status: completedAt ? 'completed' : 'open',
    lines: posted + rejected + replayed,
    posted,
    rejected,
    replayed,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    completedAt: completedAt?.toISOString() ?? null,
  };
}

/** A dry run leaves nothing: its id leads nowhere. */
export function toPreviewDto({ rejections, ...preview }: ImportPreview, id: string, now: Date): ImportDto {
  const times = { createdAt: now, updatedAt: now, completedAt: now };
  const asked = { ...preview, ...times, id, principalId: '', lines: 0, digest: null };
  return { ...toImportDto(asked), rejections: rejections.map(toLineVerdictDto) };
}

export function toLineVerdictDto({ error, ...verdict }: LineVerdict): LineVerdictDto {
  return { ...verdict, ...(error && { error: toItemErrorDto(error) }) };
}
