import { ApiProperty } from '@nestjs/swagger';
import type { SessionSummary } from './session-directory.service.js';

/** A login. */
export class SessionDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  /** Program that logged in, as it called itself. */
  @ApiProperty({ type: String, nullable: true, example: 'Mozilla/5.0' })
  device!: string | null;
  /** Address it logged in from. */
  @ApiProperty({ type: String, nullable: true, example: '203.0.113.7' })
  ip!: string | null;
  /** @example 2026-11-24T12:00:00.000Z */
  createdAt!: string;
  /**
   * The last login or refresh.
   * @example 2026-11-24T12:00:00.000Z
   */
  lastSeenAt!: string;
  /** @example 2026-12-01T12:00:00.000Z */
  expiresAt!: string;
  /** Whether this request belongs to it. */
  isCurrent!: boolean;
}

/** The caller's logins; there is one page. */
export class SessionListDto {
  items!: SessionDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export function toSessionDto(session: SessionSummary, currentId: string | undefined): SessionDto {
  const { id, userAgent, ip, createdAt, lastSeenAt, expiresAt } = session;
  return {
    id,
    device: userAgent,
    ip,
    createdAt: createdAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    isCurrent: id === currentId,
  };
}
