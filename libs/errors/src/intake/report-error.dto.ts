import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInstant } from '#platform/http';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  ValidateNested,
} from 'class-validator';
import { ERROR_CATEGORIES, type ErrorCategory, SEVERITIES, type Severity } from '#platform/kernel';
import type { ErrorDraft } from '../occurrences/error-draft.js';

/** Most reports in one request. */
export const MAX_BATCH = 100;

/**
 * One failure, as a service reports it. Secrets are taken out before anything is kept; what is too long, too deep or no text that can be
 * stored is cut or cleaned, never a reason to refuse the report.
 */
export class ReportErrorDto {
  /**
   * Class of the failure.
   * @example PaymentDeclinedError
   */
  @IsString()
  @IsNotEmpty()
  errorType!: string;

  /** @example The card was declined by the issuer */
  @IsString()
  message!: string;

  /**
   * The stack as Node or Python prints it.
   * @example "PaymentDeclinedError: The card was declined by the issuer\n    at charge (/srv/shop/src/payments.ts:41:11)"
   */
  @IsOptional()
  @IsString()
  stackTrace?: string;

  @ApiPropertyOptional({ enum: SEVERITIES, default: 'medium' })
  @IsOptional()
  @IsIn(SEVERITIES)
  severity?: Severity;

  @ApiPropertyOptional({ enum: ERROR_CATEGORIES, default: 'unknown' })
  @IsOptional()
  @IsIn(ERROR_CATEGORIES)
  category?: ErrorCategory;

  /** Whatever helps to understand the failure. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { orderId: 'A-1001' } })
  @IsOptional()
  @IsObject()
  context?: Record<string, unknown>;

  /** @example 0f6a2c1e9b7d4c55 */
  @IsOptional()
  @IsString()
  correlationId?: string;

  /** @example 01980f5e-7c1a-7d3e-9a51-0242ac120002 */
  @IsOptional()
  @IsString()
  userId?: string;

  /**
   * Route template.
   * @example /orders/:id/pay
   */
  @IsOptional()
  @IsString()
  endpoint?: string;

  /** @example POST */
  @IsOptional()
  @IsString()
  method?: string;

  /**
   * The reporting service; this one when absent.
   * @example shop
   */
  @IsOptional()
  @IsString()
  service?: string;

  /** @example 2.4.1 */
  @IsOptional()
  @IsString()
  release?: string;

  /** @example production */
  @IsOptional()
  @IsString()
  environment?: string;

  /**
   * When it happened, a date meaning its beginning in UTC; now when absent.
   * @example 2026-11-24T10:15:30.000Z
   */
  @IsOptional()
  @IsInstant({ required: false })
  timestamp?: string;

  /**
   * Chooses the group; `{{ default }}` stands for the ledger's own choice.
   * @example ["checkout", "{{ default }}"]
   */
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  fingerprint?: string[];
}

/** Several failures at once; a batch with a wrong member is refused whole. */
export class ReportErrorsDto {
  @ApiProperty({ type: [ReportErrorDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_BATCH)
  @ValidateNested({ each: true })
  @Type(() => ReportErrorDto)
  errors!: ReportErrorDto[];
}

/** What was accepted, in the order it was sent. */
export class AcceptedErrorsDto {
  /** @example ["01980f5e-7c1a-7d3e-9a51-0242ac120002"] */
  ids!: string[];
}

export function toDraft({ timestamp, ...report }: ReportErrorDto): ErrorDraft {
  return { ...report, timestamp: timestamp === undefined ? undefined : new Date(timestamp) };
}
