import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { PageQueryDto } from '#platform/http';
import { ERROR_CATEGORIES, type ErrorCategory, SEVERITIES, type Severity } from '#platform/kernel';
import type { RecordedOccurrence } from './group-query.service.js';
import type { StackFrame } from '../occurrences/occurrence.js';

/** One line of a stack. */
export class StackFrameDto {
  /** @example charge */
  function?: string;
  /**
   * Class with its package, where runtimes name it.
   * @example com.example.shop.Payments
   */
  module?: string;
  /** @example /srv/shop/src/payments.ts */
  file?: string;
  /** @example 41 */
  line?: number;
  /** @example 11 */
  column?: number;
  /** @example return issuer.charge(card) */
  source?: string;
  /**
   * The lines before it.
   * @example ["const card = await cards.find(id);"]
   */
  before?: string[];
  /**
   * The lines after it.
   * @example ["await receipts.send(order);"]
   */
  after?: string[];
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'Local variables; for DEVELOPER and above, absent for others.',
    example: { attempt: 2 },
  })
  variables?: Record<string, unknown>;
  /** @example true */
  inApp!: boolean;
}

/** A failure behind the failure. */
export class CauseDto {
  /** @example Error */
  type!: string;
  /** @example connect ECONNREFUSED 10.0.0.7:443 */
  message!: string;
  /** @example "Error: connect ECONNREFUSED\n    at connect (net.js:1:1)" */
  stackTrace?: string;
}

/** One recorded failure. */
export class ErrorOccurrenceDto {
  /** @example 01980f5e-7c1a-7d3e-9a51-0242ac120002 */
  errorId!: string;
  /** @example 01980f5e-7c1a-7d3e-9a51-0242ac120003 */
  groupId!: string;
  /** @example 20261124_101530_0f6a2c1e */
  runId!: string;
  /** @example 2026-11-24T10:15:30.000Z */
  timestamp!: string;
  /** @example 2026-11-24T10:15:30.120Z */
  receivedAt!: string;
  @ApiProperty({ enum: SEVERITIES })
  severity!: Severity;
  @ApiProperty({ enum: ERROR_CATEGORIES })
  category!: ErrorCategory;
  /** @example PaymentDeclinedError */
  errorType!: string;
  /** @example The card was declined by the issuer */
  errorMessage!: string;
  @ApiProperty({ type: String, nullable: true, example: null })
  stackTrace!: string | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'For DEVELOPER and above; `null` for others.',
    example: { orderId: 'A-1001' },
  })
  context!: Record<string, unknown> | null;
  @ApiProperty({ type: String, nullable: true, example: '0f6a2c1e9b7d4c55' })
  correlationId!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  userId!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '/orders/:id/pay' })
  endpoint!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'POST' })
  method!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '/srv/shop/src/payments.ts' })
  sourceFile!: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 41 })
  sourceLine!: number | null;
  /** @example false */
  resolved!: boolean;
  @ApiProperty({ type: String, nullable: true, example: null })
  resolutionNotes!: string | null;
  /** @example shop */
  service!: string;
  @ApiProperty({ type: String, nullable: true, example: '2.4.1' })
  release!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'production' })
  environment!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: {} })
  tags!: Record<string, string>;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'For DEVELOPER and above; `null` for others.',
    example: null,
  })
  user!: Record<string, unknown> | null;
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'For DEVELOPER and above; empty for others.',
    example: [],
  })
  breadcrumbs!: unknown[];
  @ApiProperty({ type: [StackFrameDto], description: 'The place of the failure first.' })
  frames!: StackFrameDto[];
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'For DEVELOPER and above; `null` for others.',
    example: null,
  })
  contexts!: Record<string, unknown> | null;
  @ApiProperty({ type: [CauseDto] })
  causes!: CauseDto[];
}

/** Which occurrences of a group. */
export class ErrorOccurrenceQueryDto extends PageQueryDto {
  /** Those that one request, task or job run reported. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  correlationId?: string;
}

/** A page of occurrences. */
export class ErrorOccurrencePageDto {
  @ApiProperty({ type: [ErrorOccurrenceDto] })
  items!: ErrorOccurrenceDto[];
  @ApiProperty({ type: String, nullable: true, example: null })
  nextCursor!: string | null;
}

/** @param isDeveloper whether the caller may see what can hold data of customers */
export function toErrorOccurrenceDto(occurrence: RecordedOccurrence, isDeveloper: boolean): ErrorOccurrenceDto {
  const { sequence, status, code, constraint, template, fingerprint, projectId, isMessage, ...shown } = occurrence;
  void [sequence, status, code, constraint, template, fingerprint, projectId, isMessage];
  return {
    ...shown,
    tags: { ...shown.tags },
    frames: shown.frames.map((frame) => toFrameDto(frame, isDeveloper)),
    causes: [...shown.causes],
    context: isDeveloper ? { ...shown.context } : null,
    contexts: isDeveloper ? { ...shown.contexts } : null,
    user: isDeveloper && shown.user ? { ...shown.user } : null,
    breadcrumbs: isDeveloper ? [...shown.breadcrumbs] : [],
  };
}

function toFrameDto({ before, after, variables, ...frame }: StackFrame, isDeveloper: boolean): StackFrameDto {
  return {
    ...frame,
    ...(before && { before: [...before] }),
    ...(after && { after: [...after] }),
    ...(variables && isDeveloper && { variables: { ...variables } }),
  };
}
