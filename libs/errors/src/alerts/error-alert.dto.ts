import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsString, IsUrl, Max, MaxLength, Min, MinLength } from 'class-validator';
import { Clearable, IsOneLine } from '#platform/http';
import { SEVERITIES, type Severity } from '#platform/kernel';
import type { AlertDelivery } from './alert-registry.service.js';
import { ALERT_EVENTS, type AlertEvent } from './alert-call.js';
import { ALERT_CHANNELS, type AlertChannel } from './alert-channels.js';
import type { Alert } from './alert.js';

const CHANNELS = Object.keys(ALERT_CHANNELS);

/** A rule that calls a webhook. */
export class CreateErrorAlertDto {
  /** @example New errors of the shop */
  @IsString()
  @MinLength(1)
  @IsOneLine()
  @MaxLength(100)
  name!: string;

  @ApiProperty({
    enum: ALERT_EVENTS,
    description:
      '`new`: a group is seen for the first time; `regressed`: a resolved one is back; `rate`: one comes often.',
  })
  @IsIn(ALERT_EVENTS)
  event!: AlertEvent;

  @ApiPropertyOptional({ enum: SEVERITIES, nullable: true, description: 'This severity or graver; all when absent.' })
  @Clearable()
  @IsIn(SEVERITIES)
  severity?: Severity | null;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    example: 60,
    description: 'For `rate`: more occurrences of a group in a minute; called once an hour at most.',
  })
  @Clearable()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  ratePerMinute?: number | null;

  @ApiPropertyOptional({
    enum: CHANNELS,
    nullable: true,
    default: 'webhook',
    description:
      '`webhook`: JSON with all there is to know; `chat`: a message, as Slack, Mattermost and Google Chat take it.',
  })
  @Clearable()
  @IsIn(CHANNELS)
  channel?: AlertChannel | null;

  /** @example https://hooks.example.com/errors */
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false, disallow_auth: true })
  @MaxLength(2_000)
  url!: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: null,
    description: 'Signs the calls; made when absent.',
  })
  @Clearable()
  @IsString()
  @MinLength(16)
  @MaxLength(200)
  secret?: string | null;
}

/** An alert; its secret is not shown. */
export class ErrorAlertDto {
  /** @example 01980f5e-7c1a-7d3e-9a51-0242ac120002 */
  id!: string;
  /** @example New errors of the shop */
  name!: string;
  @ApiProperty({ enum: ALERT_EVENTS })
  event!: AlertEvent;
  @ApiProperty({ enum: SEVERITIES, nullable: true })
  severity!: Severity | null;
  @ApiProperty({ type: Number, nullable: true, example: null })
  ratePerMinute!: number | null;
  @ApiProperty({ enum: CHANNELS })
  channel!: AlertChannel;
  /** @example https://hooks.example.com/errors */
  url!: string;
  /** @example 2026-11-24T10:15:30.000Z */
  createdAt!: string;
}

/** A new alert with the secret that signs its calls; it is shown this once. */
export class CreatedErrorAlertDto extends ErrorAlertDto {
  /** @example m5Yq0m2J9vG1l8c1gkq1Zr8b0dS0nq3fWk7v2x4y6zA */
  secret!: string;
}

/** A page of alerts. */
export class ErrorAlertPageDto {
  @ApiProperty({ type: [ErrorAlertDto] })
  items!: ErrorAlertDto[];
  @ApiProperty({ type: String, nullable: true, example: null })
  nextCursor!: string | null;
}

/** A call that an alert led to. */
export class ErrorAlertDeliveryDto {
  /** @example "17" */
  id!: string;
  /** @example 01980f5e-7c1a-7d3e-9a51-0242ac120003 */
  groupId!: string;
  @ApiProperty({ enum: ALERT_EVENTS })
  event!: AlertEvent;
  @ApiProperty({ enum: ['pending', 'delivered', 'failed'] })
  status!: 'pending' | 'delivered' | 'failed';
  /** @example 1 */
  attempts!: number;
  @ApiProperty({ type: Number, nullable: true, description: 'HTTP status of the last answer.', example: 204 })
  lastStatus!: number | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  lastError!: string | null;
  /** @example 2026-11-24T10:15:30.000Z */
  createdAt!: string;
  @ApiProperty({ type: String, nullable: true, example: '2026-11-24T10:15:31.000Z' })
  deliveredAt!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  nextAttemptAt!: string | null;
  /** Of the request, task or job run whose failure it tells of; null for those of a rate. */
  @ApiProperty({ type: String, nullable: true, example: '0f6a2c1e9b7d4c55' })
  correlationId!: string | null;
}

/** A page of calls. */
export class ErrorAlertDeliveryPageDto {
  @ApiProperty({ type: [ErrorAlertDeliveryDto] })
  items!: ErrorAlertDeliveryDto[];
  @ApiProperty({ type: String, nullable: true, example: null })
  nextCursor!: string | null;
}

export function toErrorAlertDto(alert: Alert): ErrorAlertDto {
  return { ...alert, createdAt: alert.createdAt.toISOString() };
}

export function toErrorAlertDeliveryDto(delivery: AlertDelivery): ErrorAlertDeliveryDto {
  return {
    ...delivery,
    createdAt: delivery.createdAt.toISOString(),
    deliveredAt: delivery.deliveredAt?.toISOString() ?? null,
    nextAttemptAt: delivery.nextAttemptAt?.toISOString() ?? null,
  };
}
