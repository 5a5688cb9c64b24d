import { ApiProperty } from '@nestjs/swagger';
import type { ComponentHealth } from './health-registry.js';

const STATUSES = ['healthy', 'degraded', 'unhealthy'] as const;

/** The service's health with its components. */
export class HealthDto {
  @ApiProperty({ enum: STATUSES, example: 'healthy' })
  status!: (typeof STATUSES)[number];
  /** @example 0.1.0 */
  version!: string;
  /** @example production */
  environment!: string;
  /** @example 2026-11-24T12:00:00.000Z */
  timestamp!: string;
  /** @example 86400 */
  uptimeSeconds!: number;
  /** Each component by its name; `message` says what is wrong, other members are figures of its own. */
  @ApiProperty({
    type: 'object',
    additionalProperties: {
      type: 'object',
      required: ['status'],
      properties: { status: { type: 'string', enum: [...STATUSES] }, message: { type: 'string' } },
      additionalProperties: true,
    },
    example: { database: { status: 'healthy', latencyMs: 1 }, redis: { status: 'healthy' } },
  })
  checks!: Record<string, ComponentHealth>;
}

/** A probe that has nothing to add. */
export class ProbeDto {
  /** @example ok */
  status!: string;
}
